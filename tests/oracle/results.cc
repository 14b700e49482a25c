#include "results.h"

#include <sstream>
#include <stdexcept>

#include "resolve.h"

namespace cttrace::oracle {

ResultsReader::ResultsReader(const std::string& path) : file_(path) {
  if (!file_) throw std::runtime_error("cannot read " + path);
}

std::string ResultsReader::take(size_t length) {
  std::string text(length, 0);
  if (!file_.read(text.data(), static_cast<std::streamsize>(length)))
    throw std::runtime_error("the results are cut short");
  return text;
}

void ResultsReader::read(char kind, std::istream& words) {
  size_t length = 0;
  int number = 0;
  switch (kind) {
    case 'S':
      result_ = {};
      words >> result_.sequence >> result_.name;
      ++sequences_;
      return;
    case 'O':
      result_.grown = false;
      words >> result_.operation >> std::ws;
      std::getline(words, result_.words);
      return;
    case 'R': words >> result_.result; return;
    case 'G': result_.grown = true; return;
    case 'A':
      words >> number;
      words >> result_.actors[number].tid;
      return;
    case 'X':
      words >> number;
      result_.actors.erase(number);
      return;
    case 'N': {
      uint64_t inode = 0;
      std::string mount_id, path;
      words >> inode >> mount_id >> path >> length;
      result_.namespaces[inode].mountinfo = take(length);
      return;
    }
    case 'U': {
      words >> number;
      ActorResult& actor = result_.actors.at(number);
      words >> actor.mount_ns >> actor.root_id >> actor.root >> actor.cwd_id >> actor.cwd >> length;
      actor.root = unescape(actor.root);
      actor.cwd = unescape(actor.cwd);
      actor.mountinfo = take(length);
      return;
    }
    default: throw std::runtime_error(std::string("the results have a line ") + kind);
  }
}

// A namespace's inode may be another's next time.
void ResultsReader::forget_the_left() {
  std::erase_if(result_.namespaces, [this](const auto& ns) {
    for (const auto& [number, actor] : result_.actors) {
      if (actor.mount_ns == ns.first) return false;
    }
    return true;
  });
}

bool ResultsReader::next() {
  for (std::string line; std::getline(file_, line);) {
    if (line == "E") continue;
    if (line == ".") {
      forget_the_left();
      return true;
    }
    std::istringstream words(line.substr(1));
    read(line[0], words);
  }
  return false;
}

}  // namespace cttrace::oracle
