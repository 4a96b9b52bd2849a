// What esbuild is told, shared by the build and by the list of texts.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '..');

const table = (...path) => JSON.parse(readFileSync(join(FOLDER, ...path), 'utf8'));

/** Texts that packages write into their pages without asking for a translation, by file: English → French. */
export const LITERALS = table('french', 'literals.json');
// form-js's own properties panel: ours stands in its place, and the bundler leaves out what nobody names.
const REPLACED = {
  '@bpmn-io/form-js-editor/dist/index.es.js': {
    'MarkdownRendererModule, PropertiesPanelModule, ': 'MarkdownRendererModule, ',
    "PropertiesPanelRenderer.$inject = ['config.propertiesPanel', 'injector', 'eventBus'];": '',
    "PropertiesProvider.$inject = ['propertiesPanel', 'injector'];": '',
    "FeelPopup.$inject = ['eventBus', 'config.propertiesPanel'];": '',
    "FeelPopupRenderer.$inject = ['eventBus'];": '',
  },
};
const WRITTEN = {};
for (const [file, words] of [LITERALS, table('styles', 'colours.json'), REPLACED].flatMap(Object.entries)) {
  WRITTEN[file] = { ...WRITTEN[file], ...words };
}

/** Speaks French, in our colours, where a package has both written in its code; what is gone stops the build. */
const said = {
  name: 'said',
  setup(build) {
    const files = Object.keys(WRITTEN);
    const escaped = files.map((one) => one.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    build.onLoad({ filter: new RegExp(`node_modules/(${escaped.join('|')})$`) }, async ({ path }) => {
      const file = files.find((one) => path.endsWith(`node_modules/${one}`));
      let text = await readFile(path, 'utf8');
      for (const [theirs, ours] of Object.entries(WRITTEN[file])) {
        if (!text.includes(theirs)) {
          throw new Error(`${file} no longer says ${theirs}: see web/studio/french and web/studio/styles`);
        }
        text = text.replaceAll(theirs, ours);
      }
      return { contents: text, loader: 'js' };
    });
  },
};

// The panels for other engines are registered by these assignments alone; without them the bundler leaves them out.
const OTHER_ENGINES = /^(ZeebePropertiesProvider|CamundaPlatformPropertiesProvider)\.\$inject = .*$/gm;

const ours = {
  name: 'ours',
  setup(build) {
    build.onLoad({ filter: /node_modules\/bpmn-js-properties-panel\/dist\/index\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return { contents: text.replace(OTHER_ENGINES, ''), loader: 'js' };
    });
    // The functions of our own FEEL, told in French.
    build.onResolve({ filter: /^@camunda\/feel-builtins$/ }, () => ({ path: join(FOLDER, 'diagram', 'functions.js') }));
    // form-js's editor brings the preact that it draws with; its viewer and our fields draw in the same.
    const editor = join(FOLDER, 'node_modules', '@bpmn-io', 'form-js-editor');
    const drawnWithIt = (importer) => importer.includes('form-js-viewer') || importer.startsWith(join(FOLDER, 'form'));
    build.onResolve({ filter: /^preact(\/|$)/ }, ({ path, importer, kind }) =>
      drawnWithIt(importer) ? build.resolve(path, { resolveDir: editor, kind }) : null);
  },
};

export const options = {
  absWorkingDir: FOLDER,
  // An editor's style sheet is named by the page, or fetched with the editor: see editors/index.js.
  entryPoints: ['studio.js', 'styles/page.css', 'editors/bpmn.css', 'editors/form.css', 'editors/letter.css', 'editors/table.css'],
  entryNames: '[name]-[hash]',
  chunkNames: 'part-[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: ['chrome111', 'firefox115', 'safari16.4'],
  logLevel: 'warning',
  legalComments: 'none',
  charset: 'utf8',
  loader: { '.woff2': 'file', '.woff': 'empty', '.eot': 'empty', '.ttf': 'empty', '.svg': 'empty' },
  plugins: [said, ours],
};
