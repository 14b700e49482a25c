// Which version an executable says it is; and what is made of files that are broken, or made to mislead.
#include "source/program_version.h"

#include <gtest/gtest.h>

#include "made_executable.h"

namespace cttrace::test {
namespace {

std::string version(const std::string& file, std::string_view name = "runc") {
  const auto reads = [&file](uint64_t offset, std::span<char> into) -> size_t {
    if (offset >= file.size()) return 0;
    const size_t size = std::min<uint64_t>(into.size(), file.size() - offset);
    std::memcpy(into.data(), file.data() + offset, size);
    return size;
  };
  return program_version(reads, name);
}

std::string of_go(std::string_view lines) { return version(executable({{".go.buildinfo", go_build_info(lines)}})); }

std::string of_text(std::string_view text, std::string_view name) {
  return version(executable({{".rodata", std::string(text)}}), name);
}

TEST(ProgramVersion, APackageSaysIt) {
  const std::string json = R"({"type":"deb","os":"Debian","name":"systemd","version":"252.39-1~deb12u2"})";
  EXPECT_EQ(version(executable({{".note.package", package_note(json)}})), "252.39-1~deb12u2");
  // ... of what does not say so itself.
  EXPECT_EQ(version(executable({{".note.package", package_note(json)}, {".rodata", std::string("runc 1.0\0", 9)}})),
            "1.0");
  EXPECT_EQ(version(executable({{".note.package", package_note(json)}, {".go.buildinfo", go_build_info("path\tp\n")}})),
            "252.39-1~deb12u2");
}

TEST(ProgramVersion, ANoteThatSaysNothingElseIsNone) {
  const auto of_note = [](const std::string& section) { return version(executable({{".note.package", section}})); };
  EXPECT_EQ(of_note(package_note(R"({"version":"1.2"})")), "1.2");
  EXPECT_EQ(of_note(package_note(R"({"version":"1.2"})", 1)), "");
  EXPECT_EQ(of_note(package_note(R"({"version":"1.2"})", 0xcafe1a7e, "GNU")), "");
  EXPECT_EQ(of_note(package_note(R"({"version":12})")), "");
  EXPECT_EQ(of_note(package_note(R"(["version"])")), "");
  EXPECT_EQ(of_note(package_note(R"({"version":"1.2)")), "");
  EXPECT_EQ(of_note(package_note(std::string(4000, '['))), "");
  EXPECT_EQ(of_note(package_note(R"({"version":"1.2\u001b[31m"})")), "");
  EXPECT_EQ(of_note(package_note(R"({"version":")" + std::string(65, '1') + "\"}")), "");
  EXPECT_EQ(of_note("short"), "");
}

TEST(ProgramVersion, GoSaysWhatWasLinked) {
  EXPECT_EQ(of_go("path\tp\nbuild\t-ldflags=\"-s -w -X main.version=1.1.15 -X main.gitCommit=v2.0\"\n"), "1.1.15");
  EXPECT_EQ(of_go("build\t-ldflags=\"-X 'a/version.Version=v20.10.24+dfsg1'\"\n"), "20.10.24+dfsg1");
  EXPECT_EQ(of_go("build\t-ldflags=-X=main.version=1.2\n"), "1.2");
  // Which one is the program's is not known; main's is.
  EXPECT_EQ(of_go("build\t-ldflags=\"-X a.Version=1.2 -X b.Version=1.3\"\n"), "");
  EXPECT_EQ(of_go("build\t-ldflags=\"-X a.Version=1.2 -X main.version=1.3\"\n"), "1.3");
  EXPECT_EQ(of_go("build\t-ldflags=\"-X a.SchemaVersion=1.2 -X main.conversion=1.3\"\n"), "");
}

TEST(ProgramVersion, GoSaysTheModule) {
  EXPECT_EQ(of_go("path\tp\nmod\tgithub.com/opencontainers/runc\tv1.3.0\th1:x=\ndep\ta\tv9.9\n"), "1.3.0");
  EXPECT_EQ(of_go("mod\tm\tv2.0.5+incompatible\n"), "2.0.5+incompatible");
  EXPECT_EQ(of_go("mod\tm\t(devel)\t\n"), "");
  EXPECT_EQ(of_go("mod\tm\tv0.0.0-20240102030405-abcdef123456\t\n"), "");
  EXPECT_EQ(of_go("path\tp\nbuild\t-compiler=gc\n"), "");
  EXPECT_EQ(of_go("mod"), "");
  // A Go program is full of strings of others.
  EXPECT_EQ(version(executable({{".go.buildinfo", go_build_info("")}, {".rodata", std::string("runc 1.0\0", 9)}})), "");
}

TEST(ProgramVersion, AProgramsOwnNameIsBeforeIt) {
  EXPECT_EQ(of_text(std::string("x\0bubblewrap 0.8.0\0", 19), "bwrap"), "0.8.0");
  EXPECT_EQ(of_text(std::string("util-linux 2.38.1\0", 18), "nsenter"), "2.38.1");
  EXPECT_EQ(of_text(std::string("crun 1.8\0crun 1.8\0", 18), "crun"), "1.8");
  EXPECT_EQ(of_text(std::string("crun 1.8\0crun 1.9\0", 18), "crun"), "");
  EXPECT_EQ(of_text(std::string("zlib 1.2.13\0", 12), "crun"), "");
  EXPECT_EQ(of_text(std::string("a crun 1.8\0", 11), "crun"), "");
  EXPECT_EQ(of_text(std::string("crun 1.8 is old\0crun version %s\0", 32), "crun"), "");
  EXPECT_EQ(of_text("crun 1.8", "crun"), "");  // cut
  EXPECT_EQ(of_text(std::string(" 1.8\0", 5), ""), "");
}

TEST(ProgramVersion, WhatIsNoExecutableHasNone) {
  EXPECT_EQ(version(""), "");
  EXPECT_EQ(version("#!/bin/sh\n"), "");
  EXPECT_EQ(version(std::string(4096, '\xff')), "");
}

// Whatever is missing at the end, and whatever its numbers are: nothing else than the version, or none.
TEST(ProgramVersion, BrokenFiles) {
  const std::string whole = executable({{".go.buildinfo", go_build_info("mod\tm\tv1.3.0\n")},
                                        {".note.package", package_note("{}")},
                                        {".rodata", std::string("runc 1.3.0\0", 11)}});
  ASSERT_EQ(version(whole), "1.3.0");
  for (size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(version(whole.substr(0, size)), "") << size;
  for (const char value : {'\0', '\x7f', '\xff'}) {
    for (size_t begin = 0; begin < whole.size(); ++begin) {
      for (const size_t length : {1u, 4u, 8u}) {
        std::string changed = whole;
        for (size_t i = begin; i < std::min(whole.size(), begin + length); ++i) changed[i] = value;
        const std::string found = version(changed);
        EXPECT_LE(found.size(), 64u);
      }
    }
  }
}

// Nothing is read that would take long, or much memory.
TEST(ProgramVersion, HugeSections) {
  const auto of = [](auto edit) {
    std::string file = executable({{".rodata", std::string("runc 1.3.0\0", 11)}});
    const auto table = file.size() - 3 * sizeof(Elf64_Shdr);
    Elf64_Shdr section = {};
    std::memcpy(&section, file.data() + table + sizeof(section), sizeof(section));
    edit(section);
    std::memcpy(file.data() + table + sizeof(section), &section, sizeof(section));
    size_t most = 0;
    const auto reads = [&](uint64_t offset, std::span<char> into) -> size_t {
      most = std::max(most, into.size());
      if (offset >= file.size()) return 0;
      const size_t size = std::min<uint64_t>(into.size(), file.size() - offset);
      std::memcpy(into.data(), file.data() + offset, size);
      return size;
    };
    const std::string found = program_version(reads, "runc");
    EXPECT_LE(most, 1u << 20);
    return found;
  };
  EXPECT_EQ(of([](Elf64_Shdr&) {}), "1.3.0");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_size = UINT64_MAX; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_size = 1u << 30; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_size = 1u << 20; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_offset = UINT64_MAX - 4; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_offset = 1ull << 40; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_type = SHT_NOBITS; }), "");
  EXPECT_EQ(of([](Elf64_Shdr& section) { section.sh_name = UINT32_MAX; }), "");
}

}  // namespace
}  // namespace cttrace::test
