// Where a drop would land: the section, row and column under a point. Rows are counted without what is dragged.
export const COLUMN = 0.5;

function cardsOf(section, skipped) {
  return [...section.querySelectorAll(":scope > .fl-bld-grid > .fl-bld-card")].filter((one) => one.dataset.id !== skipped);
}

// The rows of a section as they are without the dragged card: [{ cards, top, bottom }].
export function rowsOf(section, skipped) {
  const rows = [];
  let last = null;
  for (const card of cardsOf(section, skipped)) {
    const box = card.getBoundingClientRect();
    if (last && last.key === card.dataset.row) {
      last.cards.push(card);
      last.top = Math.min(last.top, box.top);
      last.bottom = Math.max(last.bottom, box.bottom);
    } else {
      last = { key: card.dataset.row, cards: [card], top: box.top, bottom: box.bottom };
      rows.push(last);
    }
  }
  return rows;
}

function nearestSection(y) {
  let best = null;
  let far = Infinity;
  for (const section of document.querySelectorAll("#canvas > [data-section]")) {
    const box = section.getBoundingClientRect();
    const distance = y < box.top ? box.top - y : y > box.bottom ? y - box.bottom : 0;
    if (distance < far) {
      far = distance;
      best = section;
    }
  }
  return best;
}

export function placeAt(x, y, { id, isWide }) {
  const section = nearestSection(y);
  if (!section) return null;
  const rows = rowsOf(section, id);
  const at = rows.findIndex((row) => y < row.bottom);
  if (at < 0) return { section, row: rows.length, column: null, rows };
  const row = rows[at];
  const part = (y - row.top) / Math.max(1, row.bottom - row.top);
  const [first] = row.cards;
  const hasRoom = row.cards.length === 1 && !isWide && !first.hasAttribute("data-lines");
  if (hasRoom && part > 0.2 && part < 0.8) {
    const box = section.getBoundingClientRect();
    return { section, row: at, column: x < box.left + box.width * COLUMN ? 0 : 1, rows };
  }
  return { section, row: part < 0.5 ? at : at + 1, column: null, rows };
}
