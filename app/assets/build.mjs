// Bundles the browser side.
//
// In: src/entries/*.{js,css} (one bundle each), src/icons.txt (one Tabler outline icon a line),
// src/static/* (copied). Out: dist/<name>-<hash>.<ext> and dist/manifest.json, which maps
// "app.js" to its hashed file. Called by tools/prepare.py, which calls it only when a source changed.
// `--dev` keeps names readable and adds source maps.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const target = join(here, "dist");
const fresh = join(here, `dist.${process.pid}.new`);
const isDevelopment = process.argv.includes("--dev");

async function filesIn(folder, pattern) {
  try {
    const names = await readdir(folder);
    return names.filter((name) => pattern.test(name)).sort().map((name) => join(folder, name));
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

async function bundle(manifest) {
  const entryPoints = await filesIn(join(source, "entries"), /\.(js|mjs|css)$/);
  if (entryPoints.length === 0) throw new Error("app/assets/src/entries holds no entry");
  const result = await build({
    entryPoints,
    outdir: fresh,
    outbase: join(source, "entries"),
    bundle: true,
    splitting: true,
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16.4"],
    charset: "utf8",
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[name]-[hash]",
    assetNames: "[name]-[hash]",
    minify: !isDevelopment,
    sourcemap: isDevelopment ? "linked" : false,
    loader: { ".svg": "file", ".png": "file", ".woff2": "file", ".woff": "empty", ".ttf": "empty" },
    legalComments: "linked",
    metafile: true,
    logLevel: "warning",
  });
  for (const [file, output] of Object.entries(result.metafile.outputs)) {
    // What is loaded on demand has an entry point too, but no page names it.
    if (!output.entryPoint?.includes("assets/src/entries/")) continue;
    const name = basename(output.entryPoint);
    manifest[name] = basename(file);
    if (output.cssBundle) manifest[name.replace(/\.m?js$/, ".css")] ??= basename(output.cssBundle);
  }
}

async function addHashed(manifest, name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const extension = extname(name);
  const hashed = `${basename(name, extension)}-${hash}${extension}`;
  await writeFile(join(fresh, hashed), content);
  manifest[name] = hashed;
}

// One <symbol> an icon; templates write <svg><use href="…#i-name"></use></svg>.
async function sprite(manifest) {
  const [list] = await filesIn(source, /^icons\.txt$/);
  if (!list) return;
  const names = (await readFile(list, "utf8")).split("\n").map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
  const icons = join(here, "..", "..", "node_modules", "@tabler", "icons", "icons");
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    const isFilled = name.endsWith("-filled");
    const file = isFilled ? join(icons, "filled", `${name.slice(0, -7)}.svg`) : join(icons, "outline", `${name}.svg`);
    const text = await readFile(file, "utf8").catch(() => {
      throw new Error(`icons.txt names an icon that Tabler does not have: ${name}`);
    });
    const body = text.slice(text.indexOf(">", text.indexOf("<svg")) + 1, text.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    const paint = isFilled
      ? 'fill="currentColor"'
      : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
    symbols.push(`<symbol id="i-${name}" viewBox="0 0 24 24" ${paint}>${body}</symbol>`);
  }
  await addHashed(manifest, "icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

async function copyStatic(manifest) {
  for (const file of await filesIn(join(source, "static"), /^[^.]/)) {
    await addHashed(manifest, basename(file), await readFile(file));
  }
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
try {
  const manifest = {};
  await bundle(manifest);
  await sprite(manifest);
  await copyStatic(manifest);
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
  await rm(target, { recursive: true, force: true });
  await rename(fresh, target);
  console.log(`assets: ${Object.keys(sorted).length} files named in manifest.json`);
} finally {
  await rm(fresh, { recursive: true, force: true });
}
