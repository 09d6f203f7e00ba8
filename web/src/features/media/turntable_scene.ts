import {
  AmbientLight,
  Box3,
  Color,
  DirectionalLight,
  HemisphereLight,
  LoadingManager,
  MeshStandardMaterial,
  Mesh,
  type Object3D,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import type { VersionFile } from "@/api/schema";

/** More than this is not loaded into a page. */
const LARGEST = 300_000_000;

/** Files that a model names stand beside it in the same version, and are found there by their paths. */
function managerOf(model: VersionFile, files: readonly VersionFile[]): LoadingManager {
  const manager = new LoadingManager();
  const folder = model.path.slice(0, model.path.lastIndexOf("/") + 1);
  const byPath = new Map(files.map((file) => [file.path, file.download_url]));
  manager.setURLModifier((url) => {
    if (/^(blob|data):/.test(url)) return url;
    const name = decodeURIComponent(url.replace(/^\.?\//, ""));
    return byPath.get(folder + name) ?? byPath.get(name) ?? url;
  });
  return manager;
}

async function load(model: VersionFile, files: readonly VersionFile[], signal: AbortSignal): Promise<Object3D> {
  if (model.size > LARGEST) throw new Error("It is larger than 300 MB. Download it to look at it.");
  const response = await fetch(model.download_url, { signal });
  if (!response.ok) throw new Error("The file could not be read.");
  const manager = managerOf(model, files);
  if (/\.obj$/i.test(model.path)) {
    const { OBJLoader } = await import("three/addons/loaders/OBJLoader.js");
    const object = new OBJLoader(manager).parse(await response.text());
    const material = new MeshStandardMaterial({ color: 0xb4b4b4, roughness: 0.7, metalness: 0.05 });
    object.traverse((child) => {
      if (child instanceof Mesh) child.material = material;
    });
    return object;
  }
  const { GLTFLoader } = await import("three/addons/loaders/GLTFLoader.js");
  const { scene } = await new GLTFLoader(manager).parseAsync(await response.arrayBuffer(), "");
  return scene;
}

function frame(camera: PerspectiveCamera, object: Object3D): Vector3 {
  const box = new Box3().setFromObject(object);
  if (box.isEmpty()) throw new Error("There is no surface in it.");
  const centre = box.getCenter(new Vector3());
  const radius = Math.max(1e-6, box.getSize(new Vector3()).length() / 2);
  const distance = (radius / Math.sin((camera.fov * Math.PI) / 360)) * 1.1;
  camera.near = distance / 1000;
  camera.far = distance * 100;
  camera.position.copy(centre).add(new Vector3(0.6, 0.45, 1).normalize().multiplyScalar(distance));
  camera.updateProjectionMatrix();
  return centre;
}

/** Shows a model in an element until the signal ends it. */
export async function startTurntable(element: HTMLElement, model: VersionFile, files: readonly VersionFile[], signal: AbortSignal): Promise<void> {
  const object = await load(model, files, signal);
  signal.throwIfAborted();
  const renderer = new WebGLRenderer({ antialias: true, alpha: true });
  const scene = new Scene();
  const camera = new PerspectiveCamera(35, 1, 0.1, 1000);
  scene.add(object, new HemisphereLight(0xffffff, 0x555555, 1.6), new AmbientLight(0xffffff, 0.4));
  const key = new DirectionalLight(new Color(1, 0.98, 0.95), 2.2);
  scene.add(key);
  const centre = frame(camera, object);
  const controls = new OrbitControls(camera, renderer.domElement);
  controls.target.copy(centre);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  controls.autoRotate = !still;
  controls.autoRotateSpeed = 1.2;
  controls.addEventListener("start", () => {
    controls.autoRotate = false;
  });
  renderer.setPixelRatio(Math.min(2, window.devicePixelRatio));
  element.append(renderer.domElement);
  const fit = () => {
    const { clientWidth: width, clientHeight: height } = element;
    renderer.setSize(width, height, false);
    camera.aspect = width / Math.max(1, height);
    camera.updateProjectionMatrix();
  };
  const observer = new ResizeObserver(fit);
  observer.observe(element);
  fit();
  renderer.setAnimationLoop(() => {
    controls.update();
    // The light comes over the beholder's shoulder.
    key.position.copy(camera.position).add(new Vector3(0, camera.position.distanceTo(centre) / 2, 0));
    renderer.render(scene, camera);
  });
  signal.addEventListener("abort", () => {
    renderer.setAnimationLoop(null);
    observer.disconnect();
    controls.dispose();
    renderer.dispose();
    renderer.domElement.remove();
  });
}
