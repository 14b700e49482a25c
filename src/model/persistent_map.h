// An ordered map as a value: a copy costs a pointer, and shares with the original all that neither of them changes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace cttrace {

// An AVL tree of shared nodes. A change copies the nodes on its way that somebody else has, too, and no others.
// `Less` may be transparent: then what is looked for need not be a Key.
template <typename Key, typename Value, typename Less = std::less<>>
class PersistentMap {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // nullptr: not there. Valid until this map is changed.
  template <typename Probe>
  const Value* find(const Probe& probe) const {
    const Node* node = root_.get();
    while (node) {
      if (Less()(probe, node->key))
        node = node->left.get();
      else if (Less()(node->key, probe))
        node = node->right.get();
      else
        return &node->value;
    }
    return nullptr;
  }

  // To be changed; made when it is not there. Valid until this map is changed or copied.
  Value& edit(const Key& key) {
    Value* found = nullptr;
    insert(root_, key, found);
    return *found;
  }

  template <typename Probe>
  bool erase(const Probe& probe) {
    if (!find(probe)) return false;
    remove(root_, probe);
    --size_;
    return true;
  }

  // In order, from the first that is not less than `from`, until `visit(key, value)` returns false.
  template <typename Probe, typename Visit>
  void each_from(const Probe& from, Visit visit) const {
    visit_from(root_.get(), from, visit);
  }
  template <typename Visit>
  void each(Visit visit) const {
    visit_all(root_.get(), visit);
  }

  // The last one that is less than `probe`; nullptrs: none.
  template <typename Probe>
  std::pair<const Key*, const Value*> last_before(const Probe& probe) const {
    std::pair<const Key*, const Value*> found = {nullptr, nullptr};
    for (const Node* node = root_.get(); node;) {
      if (Less()(node->key, probe)) {
        found = {&node->key, &node->value};
        node = node->right.get();
      } else {
        node = node->left.get();
      }
    }
    return found;
  }

  // Nodes that no other map has: what a copy costs. For tests.
  size_t own_nodes() const { return count_own(root_); }

 private:
  struct Node {
    Key key;
    Value value = {};
    std::shared_ptr<Node> left = {}, right = {};
    int height = 1;
  };
  using Link = std::shared_ptr<Node>;

  static int height(const Link& link) { return link ? link->height : 0; }
  static int lean(const Node& node) { return height(node.left) - height(node.right); }
  static void measure(Node& node) { node.height = 1 + std::max(height(node.left), height(node.right)); }

  // Ours alone, when the link is in a node (or map) that is ours alone.
  static Node& own(Link& link) {
    if (link.use_count() != 1) link = std::make_shared<Node>(*link);
    return *link;
  }

  static void rotate_right(Link& link) {
    Link up = std::move(own(link).left);
    own(up);
    link->left = std::move(up->right);
    measure(*link);
    up->right = std::move(link);
    link = std::move(up);
    measure(*link);
  }
  static void rotate_left(Link& link) {
    Link up = std::move(own(link).right);
    own(up);
    link->right = std::move(up->left);
    measure(*link);
    up->left = std::move(link);
    link = std::move(up);
    measure(*link);
  }
  static void balance(Link& link) {
    Node& node = *link;
    measure(node);
    if (lean(node) > 1) {
      if (lean(*node.left) < 0) {
        own(node.left);
        rotate_left(node.left);
      }
      rotate_right(link);
    } else if (lean(node) < -1) {
      if (lean(*node.right) > 0) {
        own(node.right);
        rotate_right(node.right);
      }
      rotate_left(link);
    }
  }

  void insert(Link& link, const Key& key, Value*& found) {
    if (!link) {
      link = std::make_shared<Node>(Node{.key = key});
      found = &link->value;
      ++size_;
      return;
    }
    Node& node = own(link);
    if (Less()(key, node.key)) {
      insert(node.left, key, found);
      balance(link);
    } else if (Less()(node.key, key)) {
      insert(node.right, key, found);
      balance(link);
    } else {
      found = &node.value;
    }
  }

  // Takes the first node of the subtree out.
  static Link take_first(Link& link) {
    Node& node = own(link);
    if (!node.left) {
      Link first = std::move(link);
      link = std::move(first->right);
      return first;
    }
    Link first = take_first(node.left);
    balance(link);
    return first;
  }

  template <typename Probe>
  static void remove(Link& link, const Probe& probe) {
    Node& node = own(link);
    if (Less()(probe, node.key)) {
      remove(node.left, probe);
    } else if (Less()(node.key, probe)) {
      remove(node.right, probe);
    } else if (!node.left || !node.right) {
      Link rest = std::move(node.left ? node.left : node.right);
      link = std::move(rest);
      return;
    } else {
      Link next = take_first(node.right);
      next->left = std::move(node.left);
      next->right = std::move(node.right);
      link = std::move(next);
    }
    balance(link);
  }

  template <typename Probe, typename Visit>
  static bool visit_from(const Node* node, const Probe& from, Visit& visit) {
    if (!node) return true;
    if (Less()(node->key, from)) return visit_from(node->right.get(), from, visit);
    return visit_from(node->left.get(), from, visit) && visit(node->key, node->value) &&
           visit_all(node->right.get(), visit);
  }
  template <typename Visit>
  static bool visit_all(const Node* node, Visit& visit) {
    return !node ||
           (visit_all(node->left.get(), visit) && visit(node->key, node->value) && visit_all(node->right.get(), visit));
  }

  static size_t count_own(const Link& link) {
    if (!link || link.use_count() != 1) return 0;
    return 1 + count_own(link->left) + count_own(link->right);
  }

  Link root_;
  size_t size_ = 0;
};

}  // namespace cttrace
