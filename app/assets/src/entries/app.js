// The entry of every page: htmx and the behaviour of the shell. Small; heavy parts come on demand
// (data-module, x-data, data-sortable), see lazy.js.
import "../js/request.js";
import "../js/toasts.js";
import "../js/overlay.js";
import "../js/menus.js";
import "../js/shell.js";
import "../js/fields.js";
import "../js/shortcuts.js";
import "../js/lazy.js";
