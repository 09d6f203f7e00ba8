#include <cstdio>

#include <CLI/CLI.hpp>

#include "client/nouns.hpp"

namespace bifrost::client {
namespace {

struct Level {
    std::string path; ///< "asset list"; empty at the top
    std::vector<std::pair<std::string, std::string>>
        words; ///< with their descriptions: commands, then options
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void collect(const CLI::App& app, const std::string& path, std::vector<Level>& levels) {
    Level level{path, {}};
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (sub->get_name().empty() || sub->get_group().empty()) continue;
        level.words.emplace_back(sub->get_name(), first_line(sub->get_description()));
    }
    for (const CLI::Option* option : app.get_options())
        for (const auto& name : option->get_lnames())
            level.words.emplace_back("--" + name, first_line(option->get_description()));
    levels.push_back(std::move(level));
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
        if (!sub->get_name().empty())
            collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), levels);
}

/// Shared by bash and zsh: walks the words so far to the command that they name, then offers its words.
std::string case_lines(const std::vector<Level>& levels) {
    std::string text;
    for (const auto& level : levels) {
        text += "    '" + level.path + "') words='";
        for (std::size_t i = 0; i < level.words.size(); ++i)
            text += (i == 0 ? "" : " ") + level.words[i].first;
        text += "' ;;\n";
    }
    return text;
}

std::string bash_script(const std::vector<Level>& levels) {
    return "# bash completion of bifrost: source this, or put it into "
           "~/.local/share/bash-completion/completions/bifrost\n"
           "_bifrost_words() {\n"
           "  case \"$1\" in\n" +
           case_lines(levels) +
           "    *) return 1 ;;\n"
           "  esac\n"
           "}\n"
           "_bifrost() {\n"
           "  local path='' word words\n"
           "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "    if _bifrost_words \"${path:+$path }$word\"; then path=\"${path:+$path }$word\"; fi\n"
           "  done\n"
           "  _bifrost_words \"$path\"\n"
           "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
           "}\n"
           "complete -o default -F _bifrost bifrost\n";
}

std::string zsh_script(const std::vector<Level>& levels) {
    return "#compdef bifrost\n"
           "# zsh completion of bifrost: put this into a folder of $fpath as _bifrost\n"
           "_bifrost_words() {\n"
           "  case \"$1\" in\n" +
           case_lines(levels) +
           "    *) return 1 ;;\n"
           "  esac\n"
           "}\n"
           "_bifrost() {\n"
           "  local level='' word words_before words\n"
           "  words_before=(\"${(@)words_typed}\")\n"
           "  for word in \"${words_before[@]}\"; do\n"
           "    if _bifrost_words \"${level:+$level }$word\"; then level=\"${level:+$level }$word\"; fi\n"
           "  done\n"
           "  _bifrost_words \"$level\"\n"
           "  compadd -- ${=words}\n"
           "  _files\n"
           "}\n"
           "_bifrost_entry() {\n"
           "  local -a words_typed=(\"${(@)words[2,CURRENT-1]}\")\n"
           "  _bifrost\n"
           "}\n"
           "compdef _bifrost_entry bifrost\n";
}

std::string fish_quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string fish_script(const std::vector<Level>& levels) {
    std::string text = "# fish completion of bifrost: put this into ~/.config/fish/completions/bifrost.fish\n"
                       "function __bifrost_at\n"
                       "  set -l typed (string match -v -- '-*' (commandline -opc)[2..-1])\n"
                       "  set -l depth (count (string split -n ' ' -- $argv[1]))\n"
                       "  test $depth -eq 0; and test (count $typed) -eq 0; and return 0\n"
                       "  test $depth -gt 0; and test \"$typed[1..$depth]\" = \"$argv[1]\"\n"
                       "end\n";
    for (const auto& level : levels) {
        const std::string condition = " -n " + fish_quoted("__bifrost_at " + fish_quoted(level.path));
        for (const auto& [word, description] : level.words) {
            const bool option = word.starts_with("--");
            text += "complete -c bifrost" + condition +
                    (option ? " -l " + word.substr(2) : " -f -a " + word) + " -d " +
                    fish_quoted(description) + "\n";
        }
    }
    return text;
}

} // namespace

void add_completion_command(CLI::App& app, const ContextPtr& context) {
    const auto shell = std::make_shared<std::string>();
    auto* command = add_command(app, context, "completion", "Print the completion script of a shell",
                                [&app, shell]() -> Result<> {
                                    std::vector<Level> levels;
                                    collect(app, "", levels);
                                    const std::string script = *shell == "bash"  ? bash_script(levels)
                                                               : *shell == "zsh" ? zsh_script(levels)
                                                                                 : fish_script(levels);
                                    std::fputs(script.c_str(), stdout);
                                    return {};
                                });
    command->add_option("SHELL", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

} // namespace bifrost::client
