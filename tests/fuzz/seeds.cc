// Writes what the fuzz targets begin with: seeds FOLDER [RECORDING]. A recording of real events is the best one.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "records.h"
#include "wire/recording.h"

namespace cttrace::test {
namespace {

void save(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// Every row with something in every argument, and one record of each other kind.
Records every_row() {
  const WireFile files[] = {{.path = "/a/b"},
                            {.path = "/", .fs_type = "tmpfs", .flags = CT_FILE_DETACHED},
                            {.path = "/mnt:[1]", .fs_type = "nsfs", .kind = CT_FILE_NSFS, .inode = 1},
                            {.path = "/", .kind = CT_FILE_PIDFD, .target = 7},
                            {.path = "/", .fs_type = "proc", .kind = CT_FILE_FS_CONTEXT}};
  Records records = {was_there().at(1), mounts(5, 0, true, "1 0 0:1 / / rw - ext4 /dev/sda rw\n")};
  uint64_t now = 10;
  for (const SyscallRow& row : syscall_rows()) {
    for (size_t abi = 0; abi < kAbiCount; ++abi) {
      if (row.numbers[abi] == kNoNumber) continue;
      Args args = {kPointer, kPointer, kPointer, kPointer, 8, 8};
      if (!row.select_values.empty()) args[row.select] = row.select_values[0];
      auto enter = enters(row.name, args, static_cast<Abi>(abi)).at(now);
      auto exit = returns(row.name, args, now % 3 ? 0 : -22, static_cast<Abi>(abi)).at(now + 1).entered_at(now);
      const WireFile& file = files[now % std::size(files)];
      for (uint8_t arg = 0; arg < row.args.size(); ++arg) {
        switch (row.args[arg].kind) {
          case ArgKind::kPath: enter.string(arg, "x/y").base(arg, file).root(arg, files[0]).magic(arg, 2, file); break;
          case ArgKind::kFd:
          case ArgKind::kDirfd: enter.file(arg, file); break;
          case ArgKind::kArgv: enter.strings(arg, {"sh", "-c", "x"}); break;
          case ArgKind::kEnvp: enter.count(arg, 9); break;
          case ArgKind::kString:
          case ArgKind::kMountData: exit.string(arg, "a=b,c\x1b\xff"); break;
          default: enter.bytes(arg, std::string(row.args[arg].size * 3, '\2')); break;
        }
      }
      if (row.returns == ReturnKind::kFd) exit.file(CT_ARG_RETURN, file);
      exit.capture(0, CT_CAP_FS_MESSAGE, CT_OK, "no such option");
      records.push_back(enter);
      records.push_back(exit);
      now += 10;
    }
  }
  records.insert(records.end(), {forks(50).at(now), executes().at(now).by(50).file(CT_ARG_CWD, files[0]),
                                 moves(50, "/a").at(now), never_entered("mount", {}, -1).at(now),
                                 ends(9).at(now).by(50), tick(now + 1), loses(CT_LOSS_RING_FULL, 3).at(now + 2)});
  return records;
}

// In portions that a mutation can change much of; each for another choice of options.
void save_records(const std::filesystem::path& folder, const std::string& name, const Records& records) {
  constexpr size_t kPortion_bytes = 1024;
  std::string portion;
  uint8_t number = 0;
  const auto flush = [&] {
    if (!portion.empty())
      save(folder / "record_fuzz" / (name + std::to_string(number)), static_cast<char>(number) + portion);
    portion.clear();
    ++number;
  };
  for (const std::string& record : records) {
    portion += record;
    if (portion.size() >= kPortion_bytes) flush();
  }
  flush();
}

Records records_of(const std::string& recording) {
  Records records;
  Result<RecordingReader> reader = RecordingReader::open(recording);
  if (!reader) throw std::runtime_error(reader.error().line());
  for (;;) {
    const auto record = reader->next();
    if (!record) throw std::runtime_error(record.error().line());
    if (record->empty()) return records;
    records.emplace_back(reinterpret_cast<const char*>(record->data()), record->size());
  }
}

void save_recording(const std::string& path, const Records& records) {
  const TraceInfo info = {.host = "host", .command = {"a", "\xff"}, .roots = {1}};
  Result<RecordingWriter> writer = RecordingWriter::create(path, info);
  if (!writer) throw std::runtime_error(writer.error().line());
  for (const std::string& record : records) writer->write(std::as_bytes(std::span(record)));
  if (const Status closed = writer->close(); !closed) throw std::runtime_error(closed.error().line());
}

void make_seeds(const std::filesystem::path& folder, const char* recording) {
  const Records all = every_row();
  save_records(folder, "made", all);
  std::filesystem::create_directories(folder / "recording_fuzz");
  save_recording(folder / "recording_fuzz/made", all);
  save_recording(folder / "recording_fuzz/short", {all[0], all[1], tick(100)});
  if (recording) {
    save_records(folder, "real", records_of(recording));
    std::filesystem::copy_file(recording, folder / "recording_fuzz/real",
                               std::filesystem::copy_options::overwrite_existing);
  }
  int number = 0;
  for (const char* text : {"mount", "!%fs,?none,all", "/^mount|chown/,%mount", "/(", "%mnt", "/[[:alpha:]]*x?/"})
    save(folder / "selection_fuzz" / std::to_string(number++), text);
  for (const char* text :
       {"-p\n1,2\n-e\ntrace=mount\n-o\nf", "-qTttt\n-s\n9\n--\nls", "show\n--format\njson\nf",
        "--record=r\n--buffer\n8M\n-a\n--duration\n2.5", "-e\nstatus=!failed\n-Z\nx", "doctor", "--formt"})
    save(folder / "options_fuzz" / std::to_string(number++), text);
}

}  // namespace
}  // namespace cttrace::test

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  try {
    cttrace::test::make_seeds(argv[1], argc > 2 ? argv[2] : nullptr);
  } catch (const std::exception& error) {
    fprintf(stderr, "seeds: %s\n", error.what());
    return 1;
  }
  return 0;
}
