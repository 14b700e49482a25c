// Has actors do the operations of sequences, one at a time, and writes down what the kernel says after each.
// usage: driver SOCKET SEQUENCES RESULTS
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>

#include "channel.h"
#include "world.h"

namespace cttrace::oracle {
namespace {

Channel await_stage(const char* path) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (strlen(path) >= sizeof(address.sun_path)) give_up("the socket's path is too long");
  strcpy(address.sun_path, path);
  const Fd listening(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  // Under its final name only when it listens: who waits for it needs no more.
  strcat(address.sun_path, "~");
  if (bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listening.get(), 1) != 0 || rename(address.sun_path, path) != 0) {
    give_up_errno(path);
  }
  const int stage = accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC);
  if (stage < 0) give_up_errno("accept");
  unlink(path);
  return Channel(Fd(stage));
}

// "sequence NAME", then an operation a line.
std::vector<Sequence> read_sequences(const char* path) {
  std::ifstream file(path);
  if (!file) give_up_errno(path);
  std::vector<Sequence> sequences;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line.starts_with("sequence ")) {
      sequences.push_back({line.substr(9), {}});
    } else if (sequences.empty()) {
      give_up(std::string(path) + ": begins with no \"sequence NAME\"");
    } else {
      sequences.back().operations.push_back(line);
    }
  }
  return sequences;
}

int run(char** argv) {
  const std::vector<Sequence> sequences = read_sequences(argv[2]);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) give_up_errno("adopt strangers");
  FILE* const results = fopen(argv[3], "we");
  if (!results) give_up_errno(argv[3]);
  const Channel stage = await_stage(argv[1]);
  const Observer observer;
  size_t number = 0;
  for (const Sequence& sequence : sequences) World(stage, observer, results, number++).play(sequence);
  if (fclose(results) != 0) give_up_errno(argv[3]);
  return 0;
}

}  // namespace
}  // namespace cttrace::oracle

int main(int argc, char** argv) {
  if (argc != 4) cttrace::oracle::give_up("usage: driver SOCKET SEQUENCES RESULTS");
  alarm(3600);  // an actor that hangs must not hang us for ever
  return cttrace::oracle::run(argv);
}
