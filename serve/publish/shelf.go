package publish

import (
	"container/list"
	"sync"
)

// shelf keeps what is given out for the domains that were asked for last. For the others it is
// made anew when somebody asks, which takes a millisecond or two.
type shelf struct {
	mu    sync.Mutex
	of    map[*site]*list.Element // of *content
	order list.List               // the one asked for last first
}

// maxShelf bounds the domains on a shelf. One takes some 30 KB.
const maxShelf = 256

// get returns what is given out for a domain; nil as long as no check has found anything.
func (h *shelf) get(s *site) *content {
	r := s.report.Load()
	if r == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if e := h.of[s]; e != nil {
		if c := e.Value.(*content); c.report == r {
			h.order.MoveToFront(e)
			return c
		}
		h.drop(e)
	}
	c, err := s.make(r)
	if err != nil {
		return nil // it was made of this report before, so that it is not
	}
	if h.of == nil {
		h.of = map[*site]*list.Element{}
	}
	h.of[s] = h.order.PushFront(c)
	if h.order.Len() > maxShelf {
		h.drop(h.order.Back())
	}
	return c
}

// drop lets go of one. The caller holds mu.
func (h *shelf) drop(e *list.Element) {
	delete(h.of, h.order.Remove(e).(*content).site)
}
