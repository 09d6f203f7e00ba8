#!/usr/bin/env python3
"""Writes a C++ source that holds every file of a folder, sorted by path, for src/api/embedded.hpp.

The bytes come in by the assembler's .incbin, so that their size costs no compile time.
"""
import argparse
import gzip
import hashlib
import pathlib

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon",
    ".webp": "image/webp", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".map": "application/json",
    ".webmanifest": "application/manifest+json",
}
COMPRESSIBLE = {".html", ".js", ".css", ".json", ".svg", ".txt", ".map", ".webmanifest"}


def incbin(label: str, path: pathlib.Path) -> str:
    return (f'    ".balign 16\\n.globl {label}\\n.hidden {label}\\n{label}:\\n.incbin \\"{path}\\"\\n"\n'
            f'    ".globl {label}_end\\n.hidden {label}_end\\n{label}_end:\\n.byte 0\\n"\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbol", required=True, help="the function to define: embedded_web")
    parser.add_argument("--base", required=True, type=pathlib.Path, help="the folder")
    parser.add_argument("--output", required=True, type=pathlib.Path, help="the source to write")
    options = parser.parse_args()

    options.output.parent.mkdir(parents=True, exist_ok=True)
    files = sorted((path for path in options.base.rglob("*") if path.is_file()),
                   key=lambda path: path.relative_to(options.base).as_posix().encode()) if options.base.exists() else []
    assembly, declarations, rows = "", "", ""
    for index, path in enumerate(files):
        name = path.relative_to(options.base).as_posix()
        data = path.read_bytes()
        label = f"bifrost_{options.symbol}_{index}"
        assembly += incbin(label, path.resolve())
        declarations += f"extern const char {label}[];\nextern const char {label}_end[];\n"
        packed = "{}"
        if path.suffix in COMPRESSIBLE:
            small = gzip.compress(data, 9, mtime=0)
            if len(small) < len(data) * 0.9:
                stored = options.output.with_suffix(f".{index}.gz")
                stored.write_bytes(small)
                assembly += incbin(label + "_gz", stored.resolve())
                declarations += f"extern const char {label}_gz[];\nextern const char {label}_gz_end[];\n"
                packed = f"view({label}_gz, {label}_gz_end)"
        etag = hashlib.sha256(data).hexdigest()[:32]
        media_type = MEDIA_TYPES.get(path.suffix, "application/octet-stream")
        rows += f'    {{"{name}", view({label}, {label}_end), {packed}, "\\"{etag}\\"", "{media_type}"}},\n'

    source = '#include "api/embedded.hpp"\n\n#include <vector>\n\n'
    if assembly:
        source += f'asm(".section .rodata\\n"\n{assembly}    ".text\\n");\n\nextern "C" {{\n{declarations}}}\n\n'
    source += "namespace bifrost::api {\n"
    if rows:
        source += ("namespace {\n\nstd::string_view view(const char* begin, const char* end) {\n"
                   "    return {begin, static_cast<std::size_t>(end - begin)};\n}\n\n} // namespace\n\n")
    source += (f"std::span<const EmbeddedFile> {options.symbol}() {{\n"
               f"    static const std::vector<EmbeddedFile> files = {{\n{rows}    }};\n    return files;\n}}\n\n"
               "} // namespace bifrost::api\n")
    options.output.write_text(source)


if __name__ == "__main__":
    main()
