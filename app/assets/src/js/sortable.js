// Lists whose order people drag: <ul data-sortable data-url="…" data-group="…">. After a drop the ids of the
// items in their new order are sent; a refusal puts everything back.
import Sortable from "sortablejs";
import htmx from "htmx.org";

export function mount(node) {
  if (node.dataset.mounted) return;
  node.dataset.mounted = "1";
  Sortable.create(node, {
    group: node.dataset.group || undefined,
    handle: node.dataset.handle || undefined,
    draggable: "[data-id]",
    animation: 120,
    delay: 350,
    delayOnTouchOnly: true,
    onEnd(event) {
      if (event.from === event.to && event.oldIndex === event.newIndex) return;
      const ids = [...event.to.querySelectorAll(":scope > [data-id]")].map((one) => one.dataset.id);
      htmx.ajax("POST", event.to.dataset.url, { source: event.to, swap: "none", values: { moved: event.item.dataset.id, ids } });
    },
  });
}
