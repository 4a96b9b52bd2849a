"""Drawing a BPMN diagram as SVG: reading the diagram interchange, wrapping labels, shapes, icons and lines."""
