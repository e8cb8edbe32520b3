// Bundles islands/tests/*.test.ts and runs them with node's own test runner: `npm test`.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const tests = readdirSync("islands/tests").filter((name) => name.endsWith(".test.ts"));
const out = mkdtempSync(join(tmpdir(), "islands-"));
await build({ entryPoints: tests.map((name) => `islands/tests/${name}`), outdir: out, outExtension: { ".js": ".mjs" }, bundle: true, platform: "node", format: "esm", logLevel: "warning" });
const done = spawnSync(process.execPath, ["--test", ...tests.map((name) => join(out, name.replace(".ts", ".mjs")))], { stdio: "inherit" });
rmSync(out, { recursive: true });
process.exit(done.status ?? 1);
