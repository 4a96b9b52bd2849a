// Marks beside the number of each rule: what is wrong with it, what is said of it, whether it applied when tried.

import { Component, createTextVNode, createVNode } from 'inferno';

import { plural } from '../page/html.js';

const ELEMENT = 1;
const ONE_CHILD = 2;
const UNKNOWN = 0;
const WORST = ['error', 'warning', 'info'];
const WORDS = { error: 'erreur', warning: 'avertissement', info: 'remarque' };
const SIGNS = { error: '!', warning: '▲', info: 'i' };
const TRIED = {
  answers: ['▶', 'Cette règle répond'],
  applies: ['●', 'Cette règle s’applique aussi'],
};

/** The module that draws in a table what `told` tells. */
export function rowMarks(told) {
  class RowMark extends Component {
    componentDidMount() {
      this.listener = () => this.setState({ told: {} });
      told.listeners.add(this.listener);
    }

    componentWillUnmount() {
      told.listeners.delete(this.listener);
    }

    render() {
      const rule = this.props.row.id;
      const drawn = [tried(rule), findings(rule), comments(rule)].filter(Boolean);
      return createVNode(ELEMENT, 'span', 'studio-row', drawn, UNKNOWN);
    }
  }

  const sign = (tag, kind, text, label, more = {}) => createVNode(
    ELEMENT, tag, `studio-mark studio-mark--${kind}`, createTextVNode(text), ONE_CHILD,
    { 'aria-label': label, title: label, contenteditable: 'false', ...more },
  );
  const press = (kind, one) => ({ type: 'button', onClick: (event) => {
    event.stopPropagation();
    told.go[kind](one);
  } });

  function tried(rule) {
    const [text, label] = TRIED[told.of('tried', rule)] ?? [];
    return text && sign('span', told.of('tried', rule), text, label, { role: 'img' });
  }

  function findings(rule) {
    const own = told.of('findings', rule);
    const worst = own && WORST.find((one) => own.some((finding) => finding.severity === one));
    const label = own && `${WORDS[worst]} : ${own.map((one) => one.message).join(' ')}`;
    return own && sign('button', worst, SIGNS[worst], label, press('findings', own[0]));
  }

  function comments(rule) {
    const own = told.of('comments', rule);
    return own && sign('button', 'comment', String(own.length), plural(own.length, 'commentaire'), press('comments', own[0]));
  }

  class RowMarks {
    constructor(components) {
      components.onGetComponent('cell-inner', ({ cellType }) => (cellType === 'rule-index' ? RowMark : undefined));
    }
  }
  RowMarks.$inject = ['components'];
  return { __init__: ['rowMarks'], rowMarks: ['type', RowMarks] };
}
