// The pages of a document: larger, smaller, turned.
function viewers(root) {
  for (const viewer of root.querySelectorAll("[data-viewer]")) {
    viewer.addEventListener("click", (event) => {
      const button = event.target.closest("[data-viewer-zoom], [data-viewer-turn]");
      if (!button) return;
      const zoom = Number(viewer.dataset.zoom) + Number(button.dataset.viewerZoom ?? 0);
      const turn = Number(viewer.dataset.turn) + Number(button.dataset.viewerTurn ?? 0);
      viewer.dataset.zoom = String(Math.min(3, Math.max(0, zoom)));
      viewer.dataset.turn = String(turn % 4);
    });
  }
}

viewers(document);
