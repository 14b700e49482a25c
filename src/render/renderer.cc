// Which format is which renderer.
#include "render/renderer.h"

#include "render/calls.h"
#include "render/json.h"
#include "render/list.h"
#include "render/story.h"

namespace cttrace {

std::unique_ptr<Renderer> make_renderer(Format format, const RenderOptions& options, TextSink sink) {
  if (format == Format::kStory) return std::make_unique<StoryRenderer>(options, std::move(sink));
  if (format == Format::kList) return std::make_unique<ListRenderer>(options, std::move(sink));
  if (format == Format::kCalls) return std::make_unique<CallsRenderer>(options, std::move(sink));
  return std::make_unique<JsonRenderer>(format == Format::kNdjson, options, std::move(sink));
}

}  // namespace cttrace
