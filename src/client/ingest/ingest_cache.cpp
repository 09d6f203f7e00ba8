#include "client/ingest/ingest_cache.hpp"

#include <algorithm>
#include <charconv>

#include "core/hash.hpp"

namespace bifrost::client {
namespace {

// First line: this word and the hash of the reference rules. Then one line a record, fields parted by tabs:
//   F size modified_ns changed_ns inode sha256 path [rule=value …]
//   V version_id manifest
// Tabs, line feeds and backslashes in a field are written \t, \n, \\ (paths hold none, values may).
constexpr std::string_view kFormat = "bifrost-ingest-1";

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
}

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        ++i;
        out += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
    }
    return out;
}

std::string_view next_field(std::string_view& line) {
    const auto tab = line.find('\t');
    const std::string_view field = line.substr(0, tab);
    line.remove_prefix(tab == std::string_view::npos ? line.size() : tab + 1);
    return field;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

} // namespace

IngestCache IngestCache::load(const std::filesystem::path& folder, const std::string& site,
                              const std::string& project, const std::filesystem::path& root,
                              const std::string& rules_text) {
    IngestCache cache;
    cache.path_ = folder / (sha256_hex(site + '\n' + project + '\n' + root.string()) + ".db");
    cache.rules_hash_ = sha256_hex(rules_text);
    const auto text = read_text(cache.path_);
    if (text && !cache.read(*text, cache.rules_hash_)) {
        cache.files_.clear();
        cache.manifests_.clear();
    }
    return cache;
}

bool IngestCache::read(const std::string& text, const std::string& rules_hash) {
    std::string_view rest = text;
    const auto next_line = [&] {
        const auto end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        return line;
    };
    std::string_view head = next_line();
    if (next_field(head) != kFormat) return false;
    const bool same_rules = next_field(head) == rules_hash;
    files_.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')));
    while (!rest.empty()) {
        std::string_view line = next_line();
        const std::string_view kind = next_field(line);
        if (kind == "V") {
            const std::string id{next_field(line)};
            manifests_[id] = std::string(next_field(line));
        } else if (kind == "F") {
            KnownFile file;
            if (!read_number(next_field(line), file.stamp.size) ||
                !read_number(next_field(line), file.stamp.modified_ns) ||
                !read_number(next_field(line), file.stamp.changed_ns) ||
                !read_number(next_field(line), file.stamp.inode))
                return false;
            file.sha256 = std::string(next_field(line));
            if (!is_sha256_hex(file.sha256)) return false;
            std::string path{next_field(line)};
            while (!line.empty()) {
                const std::string_view field = next_field(line);
                const auto equals = field.find('=');
                int rule = 0;
                if (equals == std::string_view::npos || !read_number(field.substr(0, equals), rule))
                    return false;
                file.references.emplace_back(rule, unescaped(field.substr(equals + 1)));
            }
            if (same_rules) files_.emplace(std::move(path), std::move(file));
        } else {
            return false;
        }
    }
    return true;
}

const KnownFile* IngestCache::find(const std::string& path, const FileStamp& stamp) const {
    const auto found = files_.find(path);
    return found != files_.end() && found->second.stamp == stamp ? &found->second : nullptr;
}

void IngestCache::keep_only(const std::vector<std::string>& paths) {
    std::erase_if(files_, [&](const auto& entry) {
        return !std::binary_search(paths.begin(), paths.end(), entry.first);
    });
}

std::optional<std::string> IngestCache::find_manifest(const std::string& version_id) const {
    const auto found = manifests_.find(version_id);
    if (found == manifests_.end()) return std::nullopt;
    return found->second;
}

Result<> IngestCache::save(std::int64_t trusted_until_ns) const {
    std::string text{kFormat};
    text += '\t' + rules_hash_ + '\n';
    for (const auto& [id, manifest] : manifests_) text += "V\t" + id + '\t' + manifest + '\n';
    for (const auto& [path, file] : files_) {
        if (file.stamp.changed_ns >= trusted_until_ns || file.stamp.modified_ns >= trusted_until_ns) continue;
        text += "F\t" + std::to_string(file.stamp.size) + '\t' + std::to_string(file.stamp.modified_ns) +
                '\t' + std::to_string(file.stamp.changed_ns) + '\t' + std::to_string(file.stamp.inode) +
                '\t' + file.sha256 + '\t' + path;
        for (const auto& [rule, value] : file.references) {
            text += '\t' + std::to_string(rule) + '=';
            append_escaped(text, value);
        }
        text += '\n';
    }
    return write_atomically(path_, text, true);
}

} // namespace bifrost::client
