// Containers, entries and steps in JSON, as docs/schema/story.json describes them.
#pragma once

#include "cttrace/story.h"
#include "render/json_values.h"

namespace cttrace {

// `changes`: where trees are asked for.
Json json_news(const News& news, const TreeChanges* changes = nullptr);

// What a step did: its `kind`, and the fields of that.
void add_facts(Json& json, const StepFacts& facts);

// A positive errno; null for 0.
Json json_errno(int error);
// CLONE_NEW* as in /proc/PID/ns.
Json json_namespace_type(uint32_t type);
Json json_words(const std::vector<std::string>& words);

}  // namespace cttrace
