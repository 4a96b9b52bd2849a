// The drawing takes its colours from the theme, so that it is dark where the page is.

export const INK = 'var(--ink)';
export const PAPER = 'var(--paper)';
