/** The module for other people's pages: `<script type="module" src=".../kafka-notebook.js">` defines the elements. */
import { provideSandbox } from './host/sandbox.ts';
import { KafkaNotebook } from './ui/notebook-element.ts';

provideSandbox();

export { KafkaNotebook };
