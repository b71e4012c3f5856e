// Makes build/ from src/ and node_modules/: bundles, styles, images, fonts, the base map, licence texts.
// Run by hatch_build.py; by hand: npm ci && npm run build.
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(here, process.argv[2] ?? "build");
const modules = join(here, "node_modules");

async function bundle(options) {
  const result = await build({
    bundle: true,
    minify: true,
    metafile: true,
    legalComments: "none", // whole licence texts lie in licences/
    loader: { ".css": "text" },
    target: ["es2022"],
    absWorkingDir: here,
    logLevel: "error",
    ...options,
  });
  return Object.keys(result.metafile.inputs);
}

// the folder of the package that a bundled file belongs to, e.g. "@expo-google-fonts/noto-sans-kr"
function packageOf(path) {
  const [, rest] = path.split("node_modules/");
  if (!rest) return null;
  const parts = rest.split("/");
  return parts[0].startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

async function copyLicences(packages) {
  await mkdir(join(out, "licences"), { recursive: true });
  for (const name of [...packages].sort()) {
    const folder = join(modules, name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
    const head = `${name} ${version}, ${typeof license === "string" ? license : "see below"}\n\n`;
    await writeFile(join(out, "licences", `${name.replace("/", "__").replace("@", "")}.txt`), head + texts.join("\n\n"));
  }
}

async function main() {
  await rm(out, { recursive: true, force: true });
  await mkdir(join(out, "fonts"), { recursive: true });
  const inputs = [
    ...(await bundle({ entryPoints: ["src/viewer.js"], outfile: join(out, "viewer.js"), format: "esm" })),
    ...(await bundle({ entryPoints: ["src/georef.js"], outfile: join(out, "georef.js"), format: "esm" })),
    ...(await bundle({ entryPoints: ["src/basemap.js"], outfile: join(out, "basemap.js"), format: "iife" })),
  ];
  await cp(join(modules, "leaflet/dist/leaflet.js"), join(out, "leaflet/leaflet.js"));
  await cp(join(modules, "leaflet/dist/leaflet.css"), join(out, "leaflet/leaflet.css"));
  await cp(join(modules, "leaflet/dist/images"), join(out, "leaflet/images"), { recursive: true });
  await cp(join(modules, "world-atlas/countries-50m.json"), join(out, "countries-50m.json"));
  await cp(join(here, "src/icon.svg"), join(out, "icon.svg"));
  const fonts = join(modules, "@expo-google-fonts/noto-sans-kr");
  await cp(join(fonts, "400Regular/NotoSansKR_400Regular.ttf"), join(out, "fonts/NotoSansKR_400Regular.ttf"));
  await cp(join(fonts, "700Bold/NotoSansKR_700Bold.ttf"), join(out, "fonts/NotoSansKR_700Bold.ttf"));
  const bundled = new Set(inputs.map(packageOf).filter(Boolean));
  for (const name of ["leaflet", "world-atlas", "@expo-google-fonts/noto-sans-kr"]) bundled.add(name);
  await copyLicences(bundled);
  if (!existsSync(join(out, "viewer.js"))) throw new Error("viewer.js was not made");
}

await main();
