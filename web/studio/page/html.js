// Elements by hand: every text is set as text, so that nothing an analyst writes is ever read as markup.

/** `make('button', {class: 'a', onclick: f}, 'text', child…)`. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

/** French puts a space that does not break before these signs. */
export const typo = (text) => text.replace(/ ([:;?!»%])/g, '\u00a0$1').replace(/« /g, '«\u00a0');

/** « 1 constat », « 3 constats ». */
export const plural = (count, one, many = `${one}s`) => `${count} ${count > 1 ? many : one}`;

/** Wait until nothing was asked for `delay` milliseconds, then do it once. */
export function settled(action, delay) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), delay);
  };
}
