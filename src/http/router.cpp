#include "http/router.hpp"

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace bifrost::http {

struct Router::Node {
    struct End {
        Method method;
        const Route* route;
        std::vector<std::string> names; ///< of the placeholders, in order
    };

    std::map<std::string, std::unique_ptr<Node>, std::less<>> fixed;
    std::unique_ptr<Node> placeholder;
    std::vector<End> ends; ///< routes that end here
    std::vector<End> rest; ///< routes that take all segments from here on
};

namespace {

using Segments = std::vector<std::string_view>;

bool is_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// Segments of a path, decoded; `storage` keeps those that had escapes. False for what no route can match.
bool split(std::string_view path, Segments& segments, std::deque<std::string>& storage) {
    if (path.empty() || path.front() != '/') return false;
    path.remove_prefix(1);
    if (path.empty()) return true;
    segments.reserve(12);
    while (true) {
        const std::size_t end = path.find('/');
        std::string_view segment = path.substr(0, end);
        if (segment.find('%') != std::string_view::npos) {
            auto decoded = percent_decode(segment, false);
            if (!decoded) return false;
            segment = storage.emplace_back(std::move(*decoded));
        }
        if (segment.empty() || segment == "." || segment == "..") return false;
        segments.push_back(segment);
        if (end == std::string_view::npos) return true;
        path.remove_prefix(end + 1);
    }
}

[[noreturn]] void refuse(const Route& route, const char* why) {
    throw std::logic_error("route " + std::string(method_name(route.method)) + " " + route.pattern + ": " +
                           why);
}

Segments pattern_segments(const Route& route) {
    Segments segments;
    std::string_view left = route.pattern;
    if (left.empty() || left.front() != '/') refuse(route, "must begin with '/'");
    if (left == "/") return segments;
    while (!left.empty()) {
        left.remove_prefix(1);
        const std::string_view segment = left.substr(0, left.find('/'));
        if (segment.empty()) refuse(route, "has an empty segment");
        segments.push_back(segment);
        left.remove_prefix(segment.size());
    }
    return segments;
}

/// Walks the tree for one path: fixed segments before placeholders before the rest, and back where a method
/// is missing.
template <class Node>
struct Walk {
    using End = typename Node::End;

    Method method;
    const Segments& segments;
    std::vector<Method>& allowed;
    std::vector<std::string_view> values{};
    const End* found = nullptr;
    std::size_t rest_from = 0;
    bool takes_rest = false;

    bool choose(const std::vector<End>& ends) {
        const End* head = nullptr;
        for (const End& end : ends) {
            allowed.push_back(end.method);
            if (end.method == method) found = &end;
            if (end.method == Method::get && method == Method::head) head = &end;
        }
        if (found == nullptr) found = head;
        return found != nullptr;
    }

    bool visit(const Node& node, std::size_t at) {
        if (at == segments.size()) return choose(node.ends);
        if (const auto next = node.fixed.find(segments[at]); next != node.fixed.end())
            if (visit(*next->second, at + 1)) return true;
        // An address with a fixed word is an address of its own, with its own methods: "/uploads/batch" is no
        // upload.
        if (!allowed.empty()) return false;
        if (node.placeholder) {
            values.push_back(segments[at]);
            if (visit(*node.placeholder, at + 1)) return true;
            values.pop_back();
            if (!allowed.empty()) return false;
        }
        // A slash inside one segment could not be told from one between two.
        const auto slash = [](std::string_view segment) {
            return segment.find('/') != std::string_view::npos;
        };
        if (node.rest.empty() ||
            std::any_of(segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end(), slash))
            return false;
        if (!choose(node.rest)) return false;
        takes_rest = true;
        rest_from = at;
        return true;
    }
};

} // namespace

void Router::add(Route route) {
    if (static_cast<bool>(route.handler) == static_cast<bool>(route.stream))
        refuse(route, "needs either a handler or a stream handler");
    if (route.method == Method::other) refuse(route, "has a method that can't be routed");
    if (!root_) root_ = std::make_shared<Node>();

    Node* node = root_.get();
    std::vector<std::string> names;
    bool rest = false;
    for (std::string_view segment : pattern_segments(route)) {
        if (rest) refuse(route, "{rest...} must be last");
        if (segment.find_first_of("{}") == std::string_view::npos) {
            auto& next = node->fixed[std::string(segment)];
            if (!next) next = std::make_unique<Node>();
            node = next.get();
            continue;
        }
        if (segment.front() != '{' || segment.back() != '}')
            refuse(route, "a placeholder must be a whole segment");
        segment = segment.substr(1, segment.size() - 2);
        rest = segment.ends_with("...");
        if (rest) segment.remove_suffix(3);
        if (!is_name(segment)) refuse(route, "a placeholder's name is made of a-z, 0-9 and _");
        if (std::find(names.begin(), names.end(), segment) != names.end()) refuse(route, "uses a name twice");
        names.emplace_back(segment);
        if (rest) continue;
        if (!node->placeholder) node->placeholder = std::make_unique<Node>();
        node = node->placeholder.get();
    }

    auto& ends = rest ? node->rest : node->ends;
    for (const auto& end : ends)
        if (end.method == route.method) refuse(route, "is already taken");
    routes_.push_back(std::make_unique<Route>(std::move(route)));
    ends.push_back({routes_.back()->method, routes_.back().get(), std::move(names)});
}

std::optional<Match> Router::match(Method method, std::string_view path, std::vector<Method>& allowed) const {
    allowed.clear();
    Segments segments;
    std::deque<std::string> storage;
    if (!root_ || !split(path, segments, storage)) return std::nullopt;

    Walk<Node> walk{method, segments, allowed};
    if (!walk.visit(*root_, 0)) {
        if (std::find(allowed.begin(), allowed.end(), Method::get) != allowed.end())
            allowed.push_back(Method::head);
        std::sort(allowed.begin(), allowed.end());
        allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
        return std::nullopt;
    }
    allowed.clear();

    Match match;
    match.route = walk.found->route;
    for (std::size_t i = 0; i < walk.values.size(); ++i)
        match.params.emplace(walk.found->names[i], walk.values[i]);
    if (walk.takes_rest) {
        std::string& rest = match.params[walk.found->names.back()];
        for (std::size_t i = walk.rest_from; i < segments.size(); ++i) {
            if (i > walk.rest_from) rest += '/';
            rest += segments[i];
        }
    }
    return match;
}

} // namespace bifrost::http
