// Media of the tests: movies whose frames carry their numbers, models, and how pixels of a page are read.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const quiet = ["-v", "error", "-nostdin", "-y"];
const BARS = "geq=lum='if(gte(mod(floor(N/pow(2\\,X))\\,2)\\,1)\\,220\\,30)'";

/** A movie of so many frames; the number of each stands in it as eight bars, the lowest bit at the left. */
export async function numberedMovie(folder, name, rate, frames) {
  const file = path.join(folder, name);
  const source = `color=black:s=8x1:r=${rate},format=gray,${BARS},scale=640:360:flags=neighbor,format=yuv420p`;
  await run("ffmpeg", [...quiet, "-f", "lavfi", "-i", source, "-frames:v", String(frames), "-c:v", "libx264", file]);
  return readFile(file);
}

export async function picture(folder, name, source) {
  const file = path.join(folder, name);
  await run("ffmpeg", [...quiet, "-f", "lavfi", "-i", source, "-frames:v", "1", file]);
  return readFile(file);
}

export async function sound(folder, name) {
  const file = path.join(folder, name);
  await run("ffmpeg", [...quiet, "-f", "lavfi", "-i", "sine=440:d=3", file]);
  return readFile(file);
}

/** The mean red, green and blue of the middle of a PNG, and of its corner. */
export async function coloursOf(folder, png) {
  const { writeFile } = await import("node:fs/promises");
  const file = path.join(folder, "shot.png");
  await writeFile(file, png);
  const read = async (crop) => {
    const { stdout } = await run("ffmpeg", [...quiet, "-i", file, "-vf", `crop=${crop},scale=1:1:flags=area,format=rgb24`, "-frames:v", "1", "-f", "rawvideo", "-"], {
      encoding: "buffer",
    });
    return [...stdout];
  };
  return { middle: await read("iw/8:ih/8:iw*7/16:ih*7/16"), corner: await read("iw/16:ih/16:8:8") };
}

const CORNERS = [0, 1].flatMap((x) => [0, 1].flatMap((y) => [0, 1].map((z) => [x, y, z])));
const FACES = [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3];

/** A cube as OBJ. */
export function objCube() {
  const lines = CORNERS.map((corner) => `v ${corner.join(" ")}`);
  for (let face = 0; face < FACES.length; face += 3) lines.push(`f ${FACES.slice(face, face + 3).map((index) => index + 1).join(" ")}`);
  return Buffer.from(`o cube\n${lines.join("\n")}\n`);
}

function cubeBytes() {
  return Buffer.concat([Buffer.from(new Float32Array(CORNERS.flat()).buffer), Buffer.from(new Uint16Array(FACES).buffer)]);
}

function gltf(buffer, colour) {
  return {
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [0] }],
    nodes: [{ mesh: 0 }],
    meshes: [{ primitives: [{ attributes: { POSITION: 0 }, indices: 1, material: 0 }] }],
    materials: [{ doubleSided: true, pbrMetallicRoughness: { baseColorFactor: [...colour, 1], metallicFactor: 0 } }],
    accessors: [
      { bufferView: 0, componentType: 5126, count: 8, type: "VEC3", min: [0, 0, 0], max: [1, 1, 1] },
      { bufferView: 1, componentType: 5123, count: FACES.length, type: "SCALAR" },
    ],
    bufferViews: [
      { buffer: 0, byteOffset: 0, byteLength: 96 },
      { buffer: 0, byteOffset: 96, byteLength: FACES.length * 2 },
    ],
    buffers: [{ ...buffer, byteLength: 96 + FACES.length * 2 }],
  };
}

/** A coloured cube as glTF and the file that holds its points. */
export function gltfCube(colour) {
  return { "cube.gltf": Buffer.from(JSON.stringify(gltf({ uri: "points/cube.bin" }, colour))), "points/cube.bin": cubeBytes() };
}

/** The same in one file. */
export function glbCube(colour) {
  let text = JSON.stringify(gltf({}, colour));
  text += " ".repeat((4 - (text.length % 4)) % 4);
  const bytes = cubeBytes();
  const binary = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const head = Buffer.alloc(20);
  head.write("glTF", 0, "latin1");
  head.writeUInt32LE(2, 4);
  head.writeUInt32LE(28 + text.length + binary.length, 8);
  head.writeUInt32LE(text.length, 12);
  head.write("JSON", 16, "latin1");
  const chunk = Buffer.alloc(8);
  chunk.writeUInt32LE(binary.length, 0);
  chunk.write("BIN\0", 4, "latin1");
  return Buffer.concat([head, Buffer.from(text), chunk, binary]);
}

/** The number that the frame on the page carries; -1 when there is no picture yet. Runs in the page. */
export function readBars() {
  const video = document.querySelector("video");
  if (video === null || video.readyState < 2 || video.seeking) return -1;
  const canvas = document.createElement("canvas");
  canvas.width = 64;
  canvas.height = 8;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 64, 8);
  const { data } = context.getImageData(0, 4, 64, 1);
  let number = 0;
  for (let bit = 0; bit < 8; bit += 1) if (data[(bit * 8 + 4) * 4] > 127) number += 2 ** bit;
  return number;
}
