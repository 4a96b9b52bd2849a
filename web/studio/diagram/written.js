// The text of a diagram, as people read it in a history of versions.

/** Quotes inside an attribute are written plainly when single quotes can hold it, as in FEEL's texts. */
export function readable(xml) {
  return xml.replace(/="([^"]*&#34;[^"]*)"/g, (whole, value) =>
    value.includes("'") ? whole : `='${value.replaceAll('&#34;', '"')}'`,
  );
}
