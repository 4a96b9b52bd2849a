// Every text that the bundled packages ask to have translated, as JSON: `node web/studio/build/texts.mjs`.
// It reads the bundle as the bundler leaves it, so that texts of code that is never run are not asked for.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { build } from 'esbuild';

import { FOLDER, LITERALS, options } from './options.mjs';

const MODULE = /^\s*\/\/ (node_modules\/\S+|[a-z]\S*\.js)$/;
const STRING = String.raw`("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|${'`'}(?:\\.|[^${'`'}\\])*${'`'})`;
const ASKED = new RegExp(String.raw`\b_?translate\d*\(\s*${STRING}`, 'g');
const BRANCHES = new RegExp(String.raw`\b_?translate\d*\([^"'${'`'}()]*\([^()]*\)\s*\?\s*${STRING}\s*:\s*${STRING}`, 'g');
// Menus keep their texts in tables and translate what they find there.
const TABLES = /ReplaceOptions|CreateOptions|create-append-anything|ColorPopupProvider|ModelingFeedback/;
// dmn-js keeps some of its texts in tables too, and names types by themselves.
const SHELVES = /dmn-js-.*\/(HitPolicies|DrillDown|ReplaceOptions|DataTypes|DurationInput|IdsUtil|simple-[a-z-]+\/Utils)|SimpleStringEditContext/;
const SHELVED = [
  new RegExp(String.raw`\b(?:label|explanation|title|\w+Duration): ${STRING}`, 'g'),
  /\breturn ("[A-Z](?:\\.|[^"\\])*")/g,
  new RegExp(String.raw`_LABEL = ${STRING}`, 'g'),
];
const DATA_TYPES = /DEFAULT_DATA_TYPES = \[([^\]]*)\]/;
const ENTRY = new RegExp(String.raw`\b(?:label|description|name|[A-Z_]+_ERR_MSG)(?::| =) ${STRING}`, 'g');
// The panel translates the names of its icons, split into words.
const TYPES = /var iconsByType = \{([^]*?)\n {2}\};/;
// `transform="translate(' + x + …": a shift, not a text.
const SHIFT = /^ \+ \w+ \+ $/;

/** What a literal says; a template with a choice in it says two things. */
function plain(literal) {
  if (!literal.startsWith('`')) {
    return [JSON.parse(`"${literal.slice(1, -1).replace(/\\'/g, "'").replace(/(?<!\\)"/g, '\\"')}"`)];
  }
  const text = literal.slice(1, -1);
  const choice = /\$\{[^}]*\? "([^"]*)" : "([^"]*)"\s*\}/.exec(text);
  return choice ? [text.replace(choice[0], choice[1]), text.replace(choice[0], choice[2])] : [text];
}

function modules(text) {
  const found = {};
  let name = '';
  for (const line of text.split('\n')) {
    const told = MODULE.exec(line);
    name = told ? told[1] : name;
    found[name] = `${found[name] ?? ''}${line}\n`;
  }
  return found;
}

function textsOf(name, text) {
  const patterns = TABLES.test(name) ? [ASKED, BRANCHES, ENTRY] : [ASKED, BRANCHES];
  const shelved = SHELVES.test(name) ? SHELVED : [];
  const kinds = [...(DATA_TYPES.exec(text)?.[1] ?? '').matchAll(/"(\w+)"/g)].map((match) => match[1]);
  const literals = [...patterns, ...shelved].flatMap((one) => [...text.matchAll(one)].flatMap((match) => match.slice(1)));
  const keys = [...(TYPES.exec(text)?.[1] ?? '').matchAll(/^\s+"?([A-Z]\w*)"?: /gm)].map((match) => match[1]);
  const types = keys.map((one) => one.replace(/(\B[A-Z])/g, ' $1').replace(/(\bNon Interrupting)/g, '($1)'));
  return [...literals.filter(Boolean).flatMap(plain), ...types, ...kinds].filter((one) => one && !SHIFT.test(one));
}

/** Texts written in the code of the simulation, whose package translates nothing. */
function written(text) {
  const spoken = [/\btext: (?:elementName \|\| )?"([^"]*[a-z][^"]*)"/g, /\b(?:title|aria-label)="([^"$]*[a-z][^"]*)"/g];
  return [...spoken, />\s*([A-Z][A-Za-z ]+?)\s*</g].flatMap((one) => [...text.matchAll(one)].map((match) => match[1]));
}

/** Texts written in the code of form-js, which translates nothing either; without those of what our editor leaves out. */
function drawn(text) {
  const spoken = /\b(?:children|title|placeholder|"aria-label"): (?:\w+ \|\| )?("[^"]*[A-Za-z]{2}[^"]*"|`[^`]*[A-Za-z]{2}[^`]*`)/g;
  return [...text.matchAll(spoken)].map((match) => match[1].slice(1, -1)).filter((one) => !LEFT_OUT.test(one));
}

const LEFT_OUT = /^(Content|Opened in popup|Learn more|List of items|Expression|file type specifiers|Supports .*|A comma.*)$/;

// Each editor by itself, whole: code that is fetched later is wrapped in ways that these patterns do not read.
const editors = readdirSync(join(FOLDER, 'editors')).filter((one) => one.endsWith('.js') && one !== 'index.js');
const { outputFiles } = await build({
  ...options,
  entryPoints: ['studio.js', ...editors.map((one) => `editors/${one}`)],
  minify: false,
  splitting: false,
  write: false,
  outdir: '/',
});
const scripts = outputFiles.filter((one) => one.path.endsWith('.js')).map((one) => one.text);
const asked = new Set();
const simulation = new Set();
for (const [name, text] of scripts.flatMap((one) => Object.entries(modules(one)))) {
  textsOf(name, text).forEach((one) => asked.add(one));
  if (name.includes('bpmn-js-token-simulation')) {
    written(text).forEach((one) => simulation.add(one));
  }
  if (name.includes('form-js-editor/dist')) {
    drawn(text).forEach((one) => simulation.add(one));
  }
}
const french = Object.values(LITERALS).flatMap((one) => Object.values(one)).join('\n');
const isFrench = (text) => french.includes(text) || french.includes(text.replace(/\$\{[^}]*\}/g, '').trim());
process.stdout.write(JSON.stringify({
  asked: [...asked].sort(),
  written: [...simulation].filter((one) => !isFrench(one)).sort(),
}, null, 1));
