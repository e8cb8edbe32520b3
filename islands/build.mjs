// Builds the stylesheet and the islands into pendopo/ui/static/built, with content hashes in the names and a manifest that
// `{% built "…" %}` reads. Text files also get a .br and a .gz twin, which the web server sends as they are.
import { build, context } from "esbuild";
import { rm, writeFile, readFile, readdir } from "node:fs/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { basename, join } from "node:path";

const OUT = "pendopo/ui/static/built";
const ENTRIES = { pendopo: "islands/styles/pendopo.css", console: "islands/console.ts", board: "islands/board.ts", editor: "islands/editor.ts", desk: "islands/desk.ts", meeting: "islands/meeting.ts", portal: "islands/portal.ts", coworking: "islands/coworking.ts", field: "islands/field.ts" };

const finish = {
  name: "finish",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      const manifest = {};
      for (const [path, output] of Object.entries(result.metafile.outputs)) {
        const entry = output.entryPoint && Object.entries(ENTRIES).find(([, source]) => source === output.entryPoint);
        if (entry) manifest[`${entry[0]}${path.endsWith(".css") ? ".css" : ".js"}`] = basename(path);
      }
      for (const name of await readdir(OUT)) {
        if (!/\.(css|js|svg)$/.test(name)) continue;
        const body = await readFile(join(OUT, name));
        await writeFile(join(OUT, `${name}.br`), brotliCompressSync(body));
        await writeFile(join(OUT, `${name}.gz`), gzipSync(body, { level: 9 }));
      }
      await writeFile(join(OUT, "manifest.json"), JSON.stringify(manifest, null, 1));
    });
  },
};

const options = {
  entryPoints: ENTRIES,
  outdir: OUT,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome111", "firefox115", "safari16.4"],
  minify: true,
  metafile: true,
  loader: { ".woff2": "file" },
  logLevel: "warning",
  plugins: [finish],
};

await rm(OUT, { recursive: true, force: true });
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options);
}
