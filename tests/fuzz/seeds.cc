// Writes what the fuzz targets begin with: seeds FOLDER [RECORDING]. A recording of real events is the best one.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "every_row.h"
#include "made_executable.h"
#include "wire/recording.h"

namespace cttrace::test {
namespace {

void save(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

// In portions that a mutation can change much of; each for another choice of options.
void save_records(const std::filesystem::path& folder, const std::string& name, const Records& records) {
  constexpr size_t kPortion_bytes = 1024;
  std::string portion;
  int number = 0;
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
  const Records all = every_row(CT_OK);
  save_records(folder, "made", all);
  save_records(folder, "faulted", every_row(CT_FAULT));
  std::filesystem::create_directories(folder / "recording_fuzz");
  save_recording(folder / "recording_fuzz/made", all);
  save_recording(folder / "recording_fuzz/short", {all[0], all[1], tick(100)});
  save(folder / "recording_fuzz/records", all[0] + all[1] + std::string(tick(100)));
  if (recording) {
    save_records(folder, "real", records_of(recording));
    std::filesystem::copy_file(recording, folder / "recording_fuzz/real",
                               std::filesystem::copy_options::overwrite_existing);
  }
  int number = 0;
  for (const char* text : {"mount", "!%fs,?none,all", "/^mount|chown/,%mount", "/(", "%mnt", "/[[:alpha:]]*x?/"})
    save(folder / "selection_fuzz" / std::to_string(number++), text);
  for (const char* text :
       {"22 1 259:3 /a\\040b / rw,relatime shared:1 - ext4 /dev/root rw\n30 22 0:25 /x//deleted /m rw - fuse.x  ro\n",
        "/proc/self/fd/6/a", "/proc/812/fd/3", "pos:\t0\nflags:\t02100000\nmnt_id:\t17\nino:\t1038\nPid:\t-1\n",
        "7 (a (b) c) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 99 1 1 1 1 1 1", "1:cpu,cpuacct:/a\n0::/b:c\n",
        "Uid:\t0\t1\t2\t3\nNSpid:\t12\t1\n", "mnt:[4026531841]"})
    save(folder / "proc_fuzz" / std::to_string(number++), text);
  for (const char* text :
       {"-p\n1,2\n-e\ntrace=mount\n-o\nf", "-qTttt\n-s\n9\n--\nls", "show\n--format\njson\nf",
        "--record=r\n--buffer\n8M\n-a\n--duration\n2.5", "-e\nstatus=!failed\n-Z\nx", "doctor", "--formt"})
    save(folder / "options_fuzz" / std::to_string(number++), text);
  for (const auto& [section, bytes] : std::initializer_list<std::pair<const char*, std::string>>{
           {".note.package", package_note(R"({"type":"deb","version":"1.2-3"})")},
           {".go.buildinfo", go_build_info("path\tp\nmod\tm\tv1.3.0\t\nbuild\t-ldflags=\"-X main.version=1.1.5\"\n")},
           {".rodata", std::string("bubblewrap 0.8.0\0", 17)}})
    save(folder / "program_fuzz" / std::to_string(number++), executable({{section, bytes}}));
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
