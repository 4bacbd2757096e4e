/** The menus of the header, as data: what stands in them and what each item asks of the page. */
import type { MenuItem } from '../look/menu.ts';
import type { CodeKind } from '../notebook/kinds.ts';
import { Notebook } from '../notebook/notebook.ts';
import { pickFiles, saveFile } from './download.ts';
import type { KafkaNotebook } from './notebook-element.ts';
import type { Theme } from './settings.ts';

export const FIRST_LESSON = 'notebooks/kafka-in-ten-minutes.ipynb';
const PYTHON_LESSON = 'notebooks/kafka-in-ten-minutes-python.ipynb';

/** What the page asks before something happens; the words are the dialog's (`app-dialogs.ts`). */
export interface Question {
  what: 'reset-lesson' | 'reset-cluster' | URL;
  run(): void;
  /** The dialog was left otherwise. */
  cancel?(): void;
}

/** What menus ask of the page. */
export interface PageActions {
  readonly notebook: KafkaNotebook | null;
  /** Address of the current lesson; empty for the person's own notebook. */
  readonly lesson: string;
  readonly theme: Theme;
  ask(question: Question): void;
  resetLesson(): Promise<void>;
  resetCluster(): Promise<void>;
  applyTheme(theme: Theme): void;
  newNotebook(kind?: CodeKind): void;
  openFiles(files: readonly File[]): Promise<void>;
  openAddress(address: string): void;
  askAddress(): void;
  toggleFiles(): void;
  showKeys(): void;
  say(text: string): void;
}

export function restartItems(page: PageActions): MenuItem[] {
  return [
    {
      label: 'Restart',
      hint: 'variables and named consumers are gone; files and the cluster stay',
      icon: 'restart',
      run: () =>
        void page.notebook?.session?.restart().then(() => page.say('The notebook starts afresh: its variables are gone.')),
    },
    {
      label: 'Restart and run all',
      icon: 'playAll',
      run: () => void page.notebook?.session?.restart().then(() => page.notebook?.runAll()),
    },
  ];
}

export function resetItems(page: PageActions): (MenuItem | null)[] {
  const lesson = page.lesson !== '';
  return [
    {
      label: 'Clear all outputs',
      icon: 'close',
      run: () => page.notebook?.session?.notebook.clearAllOutputs(),
    },
    {
      label: 'Reset to the author’s version…',
      hint: lesson
        ? 'your changes to this lesson are dropped'
        : 'this notebook is your own: there is no other version',
      icon: 'reset',
      disabled: !lesson,
      run: () =>
        page.ask({ what: 'reset-lesson', run: () => void page.resetLesson() }),
    },
    null,
    {
      label: 'Reset the cluster…',
      hint: 'all topics, records and groups, for every tab',
      icon: 'trash',
      danger: true,
      run: () =>
        page.ask({ what: 'reset-cluster', run: () => void page.resetCluster() }),
    },
  ];
}

export function exportItems(page: PageActions): MenuItem[] {
  const session = page.notebook?.session;
  const { lesson } = page;
  return [
    {
      label: 'Download notebook',
      hint: '.ipynb, with outputs',
      icon: 'download',
      run: () =>
        session &&
        saveFile(session.opened.fileName, session.notebook.serialise(), 'application/x-ipynb+json'),
    },
    {
      label: 'Download without outputs',
      icon: 'download',
      run: () => {
        if (!session) return;
        const copy = new Notebook(session.notebook.data);
        copy.clearAllOutputs();
        saveFile(session.opened.fileName, copy.serialise(), 'application/x-ipynb+json');
      },
    },
    {
      label: 'Copy a link to this lesson',
      icon: 'copy',
      disabled: lesson === '',
      run: () => {
        const url = new URL(location.href.split(/[?#]/)[0] ?? '');
        url.searchParams.set('notebook', lesson);
        void navigator.clipboard?.writeText(url.href).then(() => page.say('The link is copied.'));
      },
    },
  ];
}

export function themeItems(page: PageActions): MenuItem[] {
  const names: [Theme, string, string][] = [
    ['auto', 'As the system', 'auto'],
    ['light', 'Light', 'sun'],
    ['dark', 'Dark', 'moon'],
  ];
  return names.map(([theme, label, name]) => ({
    label,
    icon: name,
    checked: page.theme === theme,
    run: () => page.applyTheme(theme),
  }));
}

export function openItems(page: PageActions): (MenuItem | null)[] {
  return [
    { label: 'New shell notebook', icon: 'plus', run: () => page.newNotebook('shell') },
    { label: 'New Python notebook', icon: 'plus', run: () => page.newNotebook('python') },
    { label: 'New JavaScript notebook', icon: 'plus', run: () => page.newNotebook('javascript') },
    null,
    {
      label: 'Open a file…',
      hint: '.ipynb, or Jupytext’s .py and .md',
      icon: 'folder',
      run: () => void pickFiles('.ipynb,.py,.md,.markdown,.myst,.qmd,.rmd', true).then((files) => page.openFiles(files)),
    },
    {
      label: 'Open an address…',
      hint: 'of this site, or of another after a question',
      icon: 'file',
      run: () => page.askAddress(),
    },
    null,
    {
      label: 'Kafka in ten minutes',
      hint: 'the first lesson, with Kafka’s commands',
      icon: 'file',
      run: () => page.openAddress(FIRST_LESSON),
    },
    {
      label: 'Kafka in ten minutes, in Python',
      hint: 'the same steps with kafka-python',
      icon: 'file',
      run: () => page.openAddress(PYTHON_LESSON),
    },
  ];
}

/** On a phone everything but running stands in one menu. */
export function moreItems(page: PageActions): (MenuItem | null)[] {
  return [
    { label: 'Files', icon: 'folder', run: () => page.toggleFiles() },
    null,
    ...restartItems(page),
    null,
    ...resetItems(page),
    null,
    ...exportItems(page),
    null,
    ...themeItems(page),
    { label: 'Keys', icon: 'keyboard', run: () => page.showKeys() },
  ];
}
