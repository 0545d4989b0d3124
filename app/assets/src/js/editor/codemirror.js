// CodeMirror 6 for our expressions: colours by token, marks of the server, its completions. Its style element
// carries the page's nonce.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LANGUAGE = StreamLanguage.define({
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^"(?:[^"]|"")*"?/) || stream.match(/^“[^”]*”?/)) return "string";
    if (stream.match(/^#\d{4}-\d\d-\d\d#/)) return "number";
    if (stream.match(/^\d+(?:\.\d+)?%?/)) return "number";
    if (stream.match(/^\{[^}]*\}?/)) return "variableName";
    if (stream.match(/^(?:AND|OR|NOT|IN|TRUE|FALSE|BLANK|PARENT|且|或|非|真|假|空)\b/i)) return "keyword";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_]*(?=\s*[(（])/u)) return "function";
    if (stream.match(/^[\p{L}_][\p{L}\p{N}_.]*/u)) return "variableName";
    stream.next();
    return "operator";
  },
  tokenTable: { function: tags.function(tags.variableName) },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.function(tags.variableName), color: "var(--fl-violet-fg)", fontWeight: "600" },
  { tag: tags.number, color: "var(--fl-orange-fg)" },
  { tag: tags.string, color: "var(--fl-green-fg)" },
  { tag: tags.variableName, color: "var(--fl-brand-ink)" },
  { tag: tags.keyword, color: "var(--fl-pink-fg, var(--fl-violet-fg))", fontWeight: "600" },
  { tag: tags.comment, color: "var(--fl-ink-3)" },
]);

const FACE = EditorView.theme({
  "&": { fontSize: "0.8125rem", backgroundColor: "var(--fl-surface)", color: "var(--fl-ink-1)", minHeight: "10rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--fl-mono)", padding: "0.5rem 0", caretColor: "var(--fl-brand)", minHeight: "10rem" },
  ".cm-line": { lineHeight: "1.9" },
  ".cm-cursor": { borderLeftColor: "var(--fl-brand)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "transparent", border: "0", color: "var(--fl-ink-4)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": { backgroundColor: "var(--fl-selected)" },
  ".cm-matchingBracket": { backgroundColor: "var(--fl-brand-soft)" },
  ".cm-tooltip": { backgroundColor: "var(--fl-surface)", color: "var(--fl-ink-1)", border: "1px solid var(--fl-line)", borderRadius: "10px", boxShadow: "var(--fl-shadow-3)", overflow: "hidden" },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--fl-font)", maxHeight: "15rem", padding: "0.25rem" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "0.1875rem 0.5rem !important", borderRadius: "6px", display: "flex", gap: "0.75rem", alignItems: "center" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--fl-selected) !important", color: "var(--fl-ink-1) !important" },
  ".cm-completionDetail": { marginLeft: "auto !important", fontStyle: "normal !important", color: "var(--fl-ink-3)", fontSize: "0.75rem" },
  ".cm-completionInfo": { padding: "0.5rem 0.75rem !important", maxWidth: "20rem", whiteSpace: "pre-wrap", fontSize: "0.75rem", lineHeight: "1.6" },
  ".cm-diagnostic": { padding: "0.375rem 0.625rem", fontSize: "0.75rem", borderLeft: "3px solid var(--fl-danger-solid)" },
});

export function createEditor({ area, marks, complete, changed, submit }) {
  const nonce = document.querySelector('meta[name="csp-nonce"]')?.content ?? "";
  const view = new EditorView({
    state: EditorState.create({
      doc: area.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        LANGUAGE,
        syntaxHighlighting(COLOURS),
        lintGutter(),
        FACE,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": area.getAttribute("aria-label"), "aria-describedby": "ex-problems" }),
        autocompletion({ override: [source(complete)], icons: false, activateOnTypingDelay: 120 }),
        keymap.of([{ key: "Mod-Enter", run: () => (submit(), true) }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
      ],
    }),
    parent: area.parentElement,
  });
  area.hidden = true;
  area.tabIndex = -1;
  const editor = {
    text: () => view.state.doc.toString(),
    focus: () => {
      view.dispatch({ selection: { anchor: view.state.doc.length } });
      view.focus();
    },
    mark: (found) => view.dispatch(setDiagnostics(view.state, found.map((one) => mark(one, view)))),
    replace(from, to, insert) {
      view.dispatch({ changes: { from, to, insert }, selection: { anchor: from + insert.length } });
      view.focus();
    },
    insert(text) {
      const { from, to } = view.state.selection.main;
      editor.replace(from, to, text);
    },
    operate(text) {
      const { from, to } = view.state.selection.main;
      const chosen = view.state.sliceDoc(from, to);
      if (text.trim() === "()") return editor.replace(from, to, `(${chosen})`);
      editor.replace(from, to, text.startsWith("IF") ? text.replace("IF(", `IF(${chosen}`) : text);
    },
  };
  editor.mark(marks);
  return editor;
}

function mark(one, view) {
  const most = view.state.doc.length;
  return {
    from: Math.min(one.from, most),
    to: Math.min(one.to, most),
    severity: one.level,
    message: one.text,
    actions: one.fixes.map((fix) => ({
      name: fix.label,
      apply: (editor) => editor.dispatch({ changes: { from: fix.from, to: fix.to, insert: fix.insert } }),
    })),
  };
}

function source(complete) {
  return async (context) => {
    const before = context.matchBefore(/[\p{L}\p{N}_{."“]+/u);
    if (!before && !context.explicit) return null;
    const stop = new AbortController();
    context.addEventListener("abort", () => stop.abort());
    let found;
    try {
      found = await complete(context.state.doc.toString(), context.pos, stop.signal);
    } catch (error) {
      if (error.name === "AbortError") return null;
      throw error;
    }
    if (!found.length) return null;
    return {
      from: found[0].from,
      filter: false,
      options: found.map((one) => ({ label: one.label, detail: one.detail, type: one.what, apply: one.text, info: one.docs && one.docs !== one.label ? one.docs : undefined })),
    };
  };
}
