// Reviews: HR's words on submitted revisions, in the unit-hr space: returned with comments, approved,
// locked, reopened. Each decision names the revision and the decisions that it replaces, so that what
// counts follows from who knew of what, not from clocks. A further revision begins anew as sendt.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/assessments.h"

namespace samla::domain {

inline constexpr std::string_view kCommentOpen = "åpen";
inline constexpr std::string_view kCommentResolved = "løst";

/// Decisions and comments, read once.
class Reviews {
 public:
  /// Of one unit-hr space, or of all.
  static Result<Reviews> load(Workspace& workspace, const std::optional<SpaceId>& space);

  struct Decision {
    std::string id;
    std::string assessment;
    std::string revision;
    std::string status;
    std::vector<std::string> previous;
    std::uint64_t created_ms = 0;
    WriterId author;
  };

  /// The decisions on a revision that none replaces; usually one, or none.
  std::vector<const Decision*> standing(const std::string& revision) const;
  /// All on an assessment (a draft's id), oldest first.
  std::vector<Decision> decisions_on(const std::string& assessment) const;
  /// sendt where nobody has decided. Of two who did not know of each other's the word counts that asks
  /// most of people: returnert before godkjent before låst.
  std::string status_of(const std::string& revision) const;
  /// On an assessment (a draft's id), oldest first.
  std::vector<ReviewComment> comments_on(const std::string& assessment) const;
  /// Gives a revision its status and comments.
  void mark(Assessment& revision) const;

 private:
  std::multimap<std::string, Decision> decisions_;      ///< by revision
  std::multimap<std::string, ReviewComment> comments_;  ///< by assessment
};

/// The status that a draft's current revisions give it; absent: it was never submitted.
std::optional<std::string> status_of_draft(const std::vector<Assessment>& current, const std::string& draft);

/// `id`: a current revision's, or its draft's. `comments`: texts by field or item; "" the whole. At least
/// one. For HR: not_permitted otherwise; wrong_state from states other than sendt and returnert.
Result<Assessment> return_assessment(Workspace& workspace, std::string_view id,
                                     const std::map<std::string, std::string>& comments);
/// From sendt or returnert; again is harmless.
Result<Assessment> approve_assessment(Workspace& workspace, std::string_view id);
/// From godkjent; again is harmless.
Result<Assessment> lock_assessment(Workspace& workspace, std::string_view id);
/// From godkjent or låst to returnert, so that the unit can submit again.
Result<Assessment> reopen_assessment(Workspace& workspace, std::string_view id);
/// By HR or the unit's leaders; `resolved` false opens it again.
Result<ReviewComment> resolve_comment(Workspace& workspace, std::string_view id, bool resolved);

}  // namespace samla::domain
