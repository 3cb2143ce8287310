// What the kinds' policies make of several heads, before a person is asked (kinds.h). Resolution below knows
// no policies: the heads stay, and another version of Samla may see them otherwise.
#pragma once

#include "core/domain/workspace.h"

namespace samla::domain {

/// The record with each field's heads in the order of its policy, and not contested where that settles
/// it: the greatest number of a kMax field, the head by the record's author (as a user) of a kOwner field.
/// Sets and identical values have settled already (view). Nor is one contested of which a head names a write
/// that has not come: that head is shown, since what came late it may have replaced.
view::RecordView settled(const Workspace& workspace, view::RecordView record);

/// Adds the step that gives a register a new value. Where several heads have settled by themselves whoever
/// edits has seen what they came to, so all are replaced; else a greater one would come back at once.
void assign(replica::Edit& edit, const view::RecordView& settled, std::string_view field, view::Value value);

}  // namespace samla::domain
