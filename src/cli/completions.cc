// Writing shell completions.
#include "cli/completions.h"

#include <set>
#include <vector>

#include "cli/option_table.h"
#include "cttrace/syscalls.h"

namespace cttrace {
namespace {

constexpr std::string_view kStatusWords = "successful failed unfinished unavailable detached all none";

std::vector<std::string> names_of(const OptionRow& row) {
  const std::string names(row.names);
  const size_t comma = names.find(',');
  if (comma == std::string::npos) return {names};
  return {names.substr(0, comma), names.substr(comma + 1)};
}

std::vector<const OptionRow*> shown_options() {
  std::vector<const OptionRow*> rows;
  for (const OptionRow& row : option_rows()) {
    if (row.section != Section::kHidden) rows.push_back(&row);
  }
  return rows;
}

std::string spaced(std::string_view words) {
  std::string out(words);
  for (char& c : out) c = c == '|' ? ' ' : c;
  return out;
}

// Groups and calls, as -e trace= takes them.
std::string filter_words() {
  std::string words;
  for (const GroupName& group : group_names()) words += "%" + std::string(group.name) + " ";
  std::set<std::string_view> calls;
  for (const SyscallRow& row : syscall_rows()) calls.insert(row.name);
  for (std::string_view call : calls) words += std::string(call) + " ";
  return words + "all none";
}

std::string bash_values(const OptionRow& row) {
  switch (row.completes) {
    case Completes::kWords: return "kind=words words='" + spaced(row.words) + "'";
    case Completes::kFile: return "kind=file";
    case Completes::kPid: return "kind=pid";
    case Completes::kFilter: return "kind=filter";
    case Completes::kStatus: return "kind=list words=$statuses";
    case Completes::kNothing: break;
  }
  return "kind=none";
}

std::string bash_cases() {
  std::string out;
  for (const OptionRow* row : shown_options()) {
    if (row->argument.empty()) continue;
    std::string pattern;
    for (const std::string& name : names_of(*row)) pattern += (pattern.empty() ? "" : "|") + name;
    out += "    " + pattern + ") " + bash_values(*row) + " ;;\n";
  }
  return out;
}

std::string option_words(bool only_with_value) {
  std::string words;
  for (const OptionRow* row : shown_options()) {
    if (only_with_value && row->argument.empty()) continue;
    for (const std::string& name : names_of(*row)) words += (words.empty() ? "" : " ") + name;
  }
  return words;
}

std::string command_words() {
  std::string words;
  for (const CommandRow& row : command_rows()) words += (words.empty() ? "" : " ") + std::string(row.name);
  return words;
}

// The parts that no row changes. `=` may or may not break words, so the word and its option are put together first.
constexpr std::string_view kBashBody = R"sh(
# The first operand's index in COMP_WORDS, or nothing.
_cttrace_operand() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --) [ $((i + 1)) -lt "$COMP_CWORD" ] && echo $((i + 1)); return ;;
      --*) [ "${COMP_WORDS[i + 1]}" = = ] && ((i += 2)) && continue ;;
    esac
    if [[ " $_cttrace_valued " == *" ${COMP_WORDS[i]} "* ]]; then
      ((i++))
      [ "${COMP_WORDS[i + 1]}" = = ] && ((i += 2))
    elif [[ ${COMP_WORDS[i]} != -* ]]; then
      echo "$i"
      return
    fi
  done
}

_cttrace() {
  local cur=${COMP_WORDS[COMP_CWORD]} word option kind= words= operand
  word=$cur option=${COMP_WORDS[COMP_CWORD - 1]}
  if [ "$option" = = ]; then
    word=${COMP_WORDS[COMP_CWORD - 2]}=$cur option=
    [ "$COMP_CWORD" -ge 3 ] && option=${COMP_WORDS[COMP_CWORD - 3]}
  elif [ "$cur" = = ]; then
    word=$option= cur= option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  case $word in --*=*) option=${word%%=*} word=${word#*=} ;; esac

  operand=$(_cttrace_operand)
  if [ -n "$operand" ] && [ "$operand" -lt "$COMP_CWORD" ]; then
    case ${COMP_WORDS[operand]} in
      show | check | diff | baseline) kind=file ;;
      policy)
        kind=file
        [ $((operand + 1)) -eq "$COMP_CWORD" ] && kind=words words="list show test"
        ;;
      inspect) kind=pid ;;
      doctor | syscalls) ;;
      *)
        if declare -F _command_offset >/dev/null; then _command_offset "$operand"; return; fi
        kind=file
        ;;
    esac
    [[ $word == -* ]] && kind=
  fi
  _cttrace_kind "$option"

  if [ "$kind" = filter ]; then
    kind=list words=$_cttrace_calls
    if [ "$option" = -e ]; then
      case $word in
        status=*) words=$_cttrace_statuses ;;
        *=*) ;;
        *) words="trace= status= $words" ;;
      esac
    fi
  fi
  local list=${word#*=} fragment lead
  case $kind in
    list)
      fragment=${list##*,} fragment=${fragment#!} lead=${cur%"$fragment"}
      COMPREPLY=($(compgen -P "$lead" -W "$words" -- "$fragment"))
      compopt -o nospace 2>/dev/null
      ;;
    pid) COMPREPLY=($(cd /proc && compgen -W "$(echo [1-9]*)" -- "$cur")) ;;
    file)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$cur"))
      ;;
    words) COMPREPLY=($(compgen -W "$words" -- "${word##*=}")) ;;
    none) ;;
    *)
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$_cttrace_options" -- "$cur"))
      elif [ -z "$operand" ]; then
        COMPREPLY=($(compgen -W "$_cttrace_commands" -- "$cur") $(compgen -c -- "$cur"))
      fi
      ;;
  esac
}

complete -F _cttrace cttrace
)sh";

// A description inside zsh's '...[...]' and "...:...".
std::string zsh_text(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '[' || c == ']' || c == ':') out += '\\';
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const OptionRow& row) {
  switch (row.completes) {
    case Completes::kWords: return "(" + spaced(row.words) + ")";
    case Completes::kFile: return "_files";
    case Completes::kPid: return "_pids";
    case Completes::kFilter: return "_cttrace_filter";
    case Completes::kStatus: return "_sequence compadd - " + std::string(kStatusWords);
    case Completes::kNothing: break;
  }
  return " ";
}

constexpr std::string_view kZshBody = R"sh(
_cttrace_filter() {
  if compset -P 'status='; then
    _sequence compadd - $_cttrace_statuses
  else
    compset -P 'trace=' || compadd -S '' - trace= status=
    compset -P '!'
    _sequence compadd - $_cttrace_calls
  fi
}

_cttrace_rest() {
  case $words[1] in
    show | check | diff | baseline) _files ;;
    policy) (( CURRENT == 2 )) && compadd list show test || _files ;;
    inspect) _pids ;;
    doctor | syscalls) ;;
    *) _normal ;;
  esac
}
)sh";

std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string fish_values(const OptionRow& row) {
  switch (row.completes) {
    case Completes::kWords: return " -x -a " + fish_text(spaced(row.words));
    case Completes::kFile: return " -r -F";
    case Completes::kPid: return " -x -a '(__fish_complete_pids)'";
    case Completes::kFilter: return " -x -a '(__cttrace_filter)'";
    case Completes::kStatus: return " -x -a " + fish_text(kStatusWords);
    case Completes::kNothing: break;
  }
  return row.argument.empty() ? "" : " -x";
}

}  // namespace

std::string bash_completion() {
  std::string out = "# bash completion for cttrace. Made by cttrace --generate bash.\n";
  out += "_cttrace_options='" + option_words(false) + "'\n";
  out += "_cttrace_valued='" + option_words(true) + "'\n";
  out += "_cttrace_commands='" + command_words() + "'\n";
  out += "_cttrace_statuses='" + std::string(kStatusWords) + "'\n";
  out += "_cttrace_calls='" + filter_words() + "'\n";
  out += "\n# How the value of option $1 is completed.\n_cttrace_kind() {\n  local statuses=$_cttrace_statuses\n";
  out += "  case $1 in\n" + bash_cases() + "  esac\n}\n";
  return out + std::string(kBashBody);
}

std::string zsh_completion() {
  std::string out = "#compdef cttrace\n# Made by cttrace --generate zsh.\n";
  out += "_cttrace_statuses=(" + std::string(kStatusWords) + ")\n";
  out += "_cttrace_calls=(" + filter_words() + ")\n" + std::string(kZshBody);
  out += "\nlocal -a commands=(\n";
  for (const CommandRow& row : command_rows()) {
    out += "  '" + std::string(row.name) + ":" + zsh_text(row.what) + "'\n";
  }
  out += ")\n_arguments -s -S \\\n";
  for (const OptionRow* row : shown_options()) {
    for (const std::string& name : names_of(*row)) {
      const bool is_long = name.starts_with("--");
      out += "  '*" + name + (row->argument.empty() ? "" : is_long ? "=" : "+") + "[" + zsh_text(row->what) + "]";
      if (!row->argument.empty()) out += ":" + std::string(row->argument) + ":" + zsh_action(*row);
      out += "' \\\n";
    }
  }
  out += "  '(-)1: :{ _describe -t commands \"cttrace command\" commands; _command_names -e }' \\\n";
  return out + "  '*:: :_cttrace_rest'\n";
}

std::string fish_completion() {
  std::string out = "# fish completion for cttrace. Made by cttrace --generate fish.\n";
  out += "function __cttrace_filter\n  printf 'trace=%s\\n' " + filter_words() + "\n";
  out += "  printf 'status=%s\\n' " + std::string(kStatusWords) + "\nend\n";
  out += "complete -c cttrace -x -a '(__fish_complete_subcommand)'\n";
  for (const CommandRow& row : command_rows()) {
    out += "complete -c cttrace -n __fish_use_subcommand -a " + std::string(row.name) + " -d " + fish_text(row.what);
    out += "\n";
    if (row.operands.empty()) continue;
    out += "complete -c cttrace -n '__fish_seen_subcommand_from " + std::string(row.name);
    out += row.command == Command::kInspect ? "' -x -a '(__fish_complete_pids)'\n" : "' -F\n";
  }
  for (const OptionRow* row : shown_options()) {
    out += "complete -c cttrace";
    for (const std::string& name : names_of(*row)) {
      out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    out += fish_values(*row) + " -d " + fish_text(row->what) + "\n";
  }
  return out;
}

}  // namespace cttrace
