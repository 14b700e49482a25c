// What cttrace writes where these records are all that it gets.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "base/fd.h"
#include "cli/pipeline.h"
#include "records.h"
#include "source/memory.h"

namespace cttrace::test {

struct Piped {
  std::string text, hint;
};

inline Piped piped(const Options& options, const Records& records) {
  const std::string path = testing::TempDir() + "cttrace-piped-" + std::to_string(getpid());
  Output output = std::move(*Output::to_file(path));
  MemorySource source(TraceInfo(), records);
  Pipeline pipeline(source, options, output, nullptr);
  while (pipeline.step(std::chrono::milliseconds(0))) continue;
  pipeline.finish();
  EXPECT_TRUE(output.close());
  const Result<std::string> text = read_file(path, 1u << 30);
  std::remove(path.c_str());
  return {*text, pipeline.hint()};
}

}  // namespace cttrace::test
