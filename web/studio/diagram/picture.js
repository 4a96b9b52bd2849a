// The diagram as a picture, made in the browser: SVG as drawn, PNG at twice its size.

import { INK, PAPER } from './colours.js';

const SCALE = 2;

const named = (path, suffix) => path.split('/').at(-1).replace(/\.bpmn$/, suffix);

function hand(address, name) {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
}

/** The drawing, in the colours of paper whatever the screen's. */
async function drawn(modeler) {
  const { svg } = await modeler.saveSVG();
  return svg.replaceAll(INK, '#1b1f24').replaceAll(PAPER, '#ffffff');
}

const asAddress = (svg) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

export async function saveSvg(modeler, path) {
  hand(asAddress(await drawn(modeler)), named(path, '.svg'));
}

export async function savePng(modeler, path) {
  const image = new Image();
  image.src = asAddress(await drawn(modeler));
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  hand(canvas.toDataURL('image/png'), named(path, '.png'));
}
