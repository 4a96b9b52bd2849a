// Bundles the studio into web/static/studio: hashed names, split by import(), compressed twins, and a manifest that
// tells the pages which files to name. `node web/studio/build/bundle.mjs [folder]`.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { FOLDER, options } from './options.mjs';

const OUT = resolve(process.argv[2] ?? join(FOLDER, '..', 'static', 'studio'));
const COMPRESSED = /\.(js|css|svg)$/;

/** What must be fetched before `output` runs: itself, then the scripts that it imports at once. */
function needed(outputs, output, found = new Set()) {
  if (!found.has(output)) {
    found.add(output);
    outputs[output].imports
      .filter((one) => one.kind === 'import-statement' && one.path in outputs)
      .forEach((one) => needed(outputs, one.path, found));
  }
  return [...found];
}

function manifest(outputs) {
  const entries = {};
  for (const [path, output] of Object.entries(outputs)) {
    if (output.entryPoint) {
      entries[output.entryPoint] = needed(outputs, path).map(name);
    }
  }
  return entries;
}

const name = (path) => path.split('/').at(-1);

async function compress(folder) {
  for (const file of (await readdir(folder)).filter((one) => COMPRESSED.test(one))) {
    const content = await readFile(join(folder, file));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    await writeFile(join(folder, `${file}.gz`), gzipSync(content, { level: 9 }));
    await writeFile(join(folder, `${file}.br`), brotliCompressSync(content, { params: quality }));
  }
}

/** Files of earlier builds go last: a server that is running still names them until the manifest is written. */
async function clear(folder, outputs) {
  const kept = Object.keys(outputs).map(name).flatMap((one) => [one, `${one}.gz`, `${one}.br`]);
  const old = (await readdir(folder)).filter((one) => ![...kept, 'manifest.json'].includes(one));
  await Promise.all(old.map((one) => rm(join(folder, one), { recursive: true })));
}

await mkdir(OUT, { recursive: true });
const { metafile } = await build({ ...options, outdir: OUT, write: true, metafile: true });
await compress(OUT);
await writeFile(join(OUT, 'manifest.json'), JSON.stringify(manifest(metafile.outputs), null, 1));
await clear(OUT, metafile.outputs);
