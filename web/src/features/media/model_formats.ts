/** The models that the browser shows by itself. */
export function isModel(path: string): boolean {
  return /\.(glb|gltf|obj)$/i.test(path);
}
