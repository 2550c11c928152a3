package serve

import (
	"container/list"
	"time"
)

// How much is kept, and how long.
const (
	keptFor   = 1 * time.Hour  // long enough for a call to the help desk
	sharedFor = 24 * time.Hour // the other one may be asleep
	maxKept   = 256            // runs, and copies of them
	maxWeight = 32 << 20       // bytes of their documents
)

// store keeps runs, the latest first. Whoever calls its methods holds a lock.
type store struct {
	byID   map[string]*list.Element // of *Run
	order  list.List
	weight int
}

// add keeps a run, and lets go of those that are too old or too many. One that is under way
// goes on all the same.
func (s *store) add(r *Run) {
	if s.byID == nil {
		s.byID = map[string]*list.Element{}
	}
	s.byID[r.ID] = s.order.PushFront(r)
	s.trim(r.Asked)
}

// weigh counts a run that has ended.
func (s *store) weigh(r *Run) {
	if s.byID[r.ID] == nil {
		return
	}
	r.weight = len(r.document)
	s.weight += r.weight
	s.trim(time.Now())
}

// trim lets go of what is too old, and of the oldest while there is too much.
func (s *store) trim(now time.Time) {
	var before *list.Element
	for e := s.order.Back(); e != nil; e = before {
		before = e.Prev()
		if r := e.Value.(*Run); s.order.Len() > maxKept || s.weight > maxWeight || !now.Before(r.Until()) {
			s.order.Remove(e)
			delete(s.byID, r.ID)
			s.weight -= r.weight
		}
	}
}

func (s *store) find(id string) *Run {
	s.trim(time.Now())
	if e := s.byID[id]; e != nil {
		return e.Value.(*Run)
	}
	return nil
}
