// The page's policy lets in no style sheet without its number: those that CodeMirror makes get it.

import { StyleModule } from 'style-mod';

let numbered = false;

/** From now on every style sheet made by a script carries the page's number. */
export function numberStyles(nonce) {
  if (!numbered) {
    const mount = StyleModule.mount;
    StyleModule.mount = (root, modules) => mount.call(StyleModule, root, modules, { nonce });
    numbered = true;
  }
}
