/** The module for other people's pages: `<script type="module" src=".../kafka-notebook.js">` defines the elements. */
import './host/sandbox.ts';

export { KafkaNotebook } from './ui/notebook-element.ts';
