// Which editor opens which file. Each lies in a module of its own, fetched when the first file of its kind is opened,
// with its style sheet if it has one (`editors/<name>.css`, an entry point in build/options.mjs).
//
// A module here exports `open(host, {path, text, readOnly, studio})` and returns, or promises, an object with
//   text()             the file as it stands, or a promise of it
//   load(text)         another text in its place (a correction, an earlier version)
//   learn(catalogue)   what files may name has changed; optional
//   show(findings)     mark these findings of this file; optional
//   go(element, line)  show that element; optional
//   noted(comments)    mark the comments on this file; optional
//   covered(view, stops, go)  what the scenarios pass, where they stop; optional
//   act(verb)          one of the bar's buttons; optional
//   destroy()          leave the host empty
// It calls `studio.changed()` whenever what `text()` would give has changed.

const KINDS = [
  { fits: /\.bpmn$/, script: () => import('./bpmn.js'), style: 'editors/bpmn.css' },
  { fits: /(^|\/)forms\/.*\.json$/, script: () => import('./form.js'), style: 'editors/form.css' },
  { fits: /(^|\/)courriers\/.*\.(html|txt)$/, script: () => import('./letter.js'), style: 'editors/letter.css' },
  { fits: /\.dmn$/, script: () => import('./table.js'), style: 'editors/table.css' },
  { fits: /./, script: () => import('./text.js') },
];

/** The module that opens `path`; `styles` gives the address of each style sheet. */
export async function editorOf(path, styles) {
  const { script, style } = KINDS.find(({ fits }) => fits.test(path));
  const [module] = await Promise.all([script(), style && dressed(styles[style])]);
  return module;
}

/** The page has that style sheet, when the promise is kept. */
function dressed(address) {
  if ([...document.styleSheets].some((one) => one.href?.endsWith(address))) {
    return null;
  }
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: address });
  return new Promise((done) => {
    link.onload = done;
    link.onerror = done;
    document.head.append(link);
  });
}
