#include "client/credentials.hpp"

#include <sys/stat.h>

#include "client/transfer/local_file.hpp"
#include "client/transport/json_access.hpp"
#include "core/json_reader.hpp"

#include <boost/json/serialize.hpp>

namespace bifrost::client {

std::filesystem::path Credentials::default_path() { return config_folder() / "credentials.json"; }

Result<Credentials> Credentials::load(const std::filesystem::path& path) {
    Credentials credentials;
    credentials.path_ = path;
    const auto text = read_text(path);
    if (!text) {
        if (text.error().code == Errc::not_found) return credentials;
        return text.error();
    }
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
        return Error{Errc::forbidden, path.string() + " can be read by others. Run `chmod 600 " +
                                          path.string() + "` and sign in again if they may have done so."};
    const auto read = json::parse(*text);
    if (!read)
        return Error{Errc::invalid,
                     path.string() + " is damaged. Remove it and sign in again with `bifrost login URL`."};
    credentials.current_ = text_or(*read, "current", "");
    if (const auto* sites = find_member(*read, "sites"); sites != nullptr && sites->is_object()) {
        for (const auto& site : sites->get_object())
            credentials.sites_[std::string(site.key())] = {
                text_or(site.value(), "token", ""), text_or(site.value(), "user", ""),
                Timestamp::parse(text_or(site.value(), "expires_at", ""))};
    }
    return credentials;
}

const SignIn* Credentials::find(const std::string& url) const {
    const auto found = sites_.find(url);
    return found == sites_.end() ? nullptr : &found->second;
}

void Credentials::set(const std::string& url, SignIn sign_in) {
    current_ = url;
    sites_[url] = std::move(sign_in);
}

void Credentials::remove(const std::string& url) {
    sites_.erase(url);
    if (current_ == url) current_.clear();
}

Result<> Credentials::save() const {
    boost::json::object sites;
    for (const auto& [url, sign_in] : sites_) {
        boost::json::object site{{"token", sign_in.token}, {"user", sign_in.user}};
        if (sign_in.expires_at) site["expires_at"] = sign_in.expires_at->text();
        sites[url] = std::move(site);
    }
    return write_atomically(
        path_,
        boost::json::serialize(boost::json::object{{"current", current_}, {"sites", std::move(sites)}}) +
            "\n",
        true);
}

Result<std::string> site_url(std::string typed) {
    if (typed.find("://") == std::string::npos) typed = "http://" + typed;
    while (typed.ends_with('/')) typed.pop_back();
    const bool known = typed.starts_with("http://") || typed.starts_with("https://");
    const auto host = known ? typed.substr(typed.find("://") + 3) : "";
    if (host.empty() || host.find_first_of(" /?#@") != std::string::npos)
        return Error{Errc::invalid,
                     "\"" + typed + "\" is no address of a site. Write it like http://localhost:8000."};
    return typed;
}

} // namespace bifrost::client
