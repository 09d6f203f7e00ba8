import { hashFile } from "./hash_file";

// Hashes files apart from the page, so that it stays quick to use.

interface Question {
  id: number;
  file: Blob;
}

self.addEventListener("message", (event: MessageEvent<Question>) => {
  const { id, file } = event.data;
  hashFile(file).then(
    (sha256) => {
      self.postMessage({ id, sha256 });
    },
    (error: unknown) => {
      const name = error instanceof Error ? error.name : "Error";
      self.postMessage({ id, error: name, detail: error instanceof Error ? error.message : String(error) });
    },
  );
});
