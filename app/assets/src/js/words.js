// Words for what only the browser says. The server renders them, translated, into <script id="fl-words">.
const holder = document.getElementById("fl-words");
const words = holder ? JSON.parse(holder.textContent) : {};

export function word(key) {
  return words[key] ?? key;
}
