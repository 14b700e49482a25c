// `cttrace show FILE`: a recording again, as the live run printed it.
#include <unistd.h>

#include <cstdio>

#include "cli/commands.h"
#include "cli/pipeline.h"
#include "cli/same_file.h"
#include "cli/story_begin.h"
#include "source/replay.h"

namespace cttrace {

int show(const Options& given) {
  Options options = given;
  const std::string& recording = options.operands[0];
  const Status distinct = check_not_read(options.output, options);
  if (!distinct) throw Failure(distinct.error());
  Result<RecordingReader> reader = RecordingReader::open(recording);
  if (!reader) throw Failure(reader.error());
  if (options.at && options.at->kind == MomentName::Kind::kInStory)
    options.at = since_start(*options.at, story_begin(recording, options.at->container), reader->info());
  Result<Output> output = Output::open(options, STDOUT_FILENO);
  if (!output) throw Failure(output.error());

  ReplaySource source(std::move(*reader));
  Pipeline pipeline(source, options, *output, nullptr);
  try {
    while (!output->reader_gone() && pipeline.step(std::chrono::milliseconds(0))) continue;
  } catch (const Failure&) {
    // What could be read is shown before it is said why there is no more.
    pipeline.break_off();
    const Status closed = output->close();
    if (!closed) throw Failure(closed.error());
    throw;
  }
  pipeline.finish();
  const Status closed = output->close();
  if (!closed) throw Failure(closed.error());
  if (pipeline.not_shown()) throw Failure(*pipeline.not_shown());
  if (!pipeline.hint().empty()) std::fprintf(stderr, "cttrace: %s\n", pipeline.hint().c_str());
  return 0;
}

}  // namespace cttrace
