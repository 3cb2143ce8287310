// The stored form of a document's events: columns of numbers, each compressed by itself.
#pragma once

#include <string_view>

#include "core/base/codec.h"
#include "core/text/event_graph.h"
#include "core/text/op_log.h"

namespace samla::text {

/// `text` is the document's text now: much of what was inserted still stands in it.
void write_history(Writer& out, const EventGraph& graph, const OpLog& log, std::string_view text);

/// Fills an empty graph and log; refuses what does not hang together: unknown parents, runs of operations
/// that do not fit the events, positions outside. `floor_length`: of the text that the history begins with.
void read_history(Reader& in, EventGraph& graph, OpLog& log, std::string_view text,
                  std::uint32_t floor_length);

}  // namespace samla::text
