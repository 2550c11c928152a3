package once

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// However many want an answer, it is asked for once until its end of life.
func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New[int](4, time.Minute, 0, nil)
		var times atomic.Int32
		ask := func() (int, bool) {
			time.Sleep(time.Second)
			return int(times.Add(1)), true
		}
		all := func(want int) {
			var wg sync.WaitGroup
			for range 10 {
				wg.Go(func() {
					if got, _, err := a.Get(t.Context(), "q", ask); got != want || err != nil {
						t.Errorf("got %d, %v, want %d", got, err, want)
					}
				})
			}
			wg.Wait()
		}
		all(1)
		all(1)
		time.Sleep(time.Minute)
		all(2)
	})
}

// An answer that is no good stays with who asked; whoever waited for it asks himself.
func TestNoGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New[int](4, time.Minute, 0, nil)
		var wg sync.WaitGroup
		var asked atomic.Int32
		for i := range 3 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Millisecond)
				got, mine, err := a.Get(t.Context(), "q", func() (int, bool) {
					time.Sleep(time.Second)
					return int(asked.Add(1)), i > 0
				})
				if err != nil || got != min(i+1, 2) || mine != (i < 2) {
					t.Errorf("caller %d got %d, %t, %v", i, got, mine, err)
				}
			})
		}
		wg.Wait()
	})
}

// Who does not want to wait any longer leaves, and the others get their answer.
func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New[int](4, time.Minute, 0, nil)
		go a.Get(t.Context(), "q", func() (int, bool) {
			time.Sleep(time.Minute)
			return 1, true
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, _, err := a.Get(ctx, "q", nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("left with %v", err)
		}
		if got, _, err := a.Get(t.Context(), "q", nil); got != 1 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
	})
}

// The memory holds what was wanted last, by number and by weight.
func TestBounds(t *testing.T) {
	known := func(a *Answers[int], question string) bool {
		_, asked, _ := a.Get(t.Context(), question, func() (int, bool) { return 0, false })
		return !asked
	}
	few := New[int](3, time.Hour, 0, nil)
	for i := range 100 {
		few.Get(t.Context(), fmt.Sprint(i), func() (int, bool) { return i, true })
		if i > 0 && !known(few, "0") {
			t.Fatalf("what was wanted last is forgotten after %d", i)
		}
	}
	if len(few.entries) != 3 || few.used.Len() != 3 || known(few, "97") || !known(few, "99") {
		t.Errorf("%d entries, %d used", len(few.entries), few.used.Len())
	}
	light := New[int](100, time.Hour, 10, func(n int) int { return n })
	for i := range 10 {
		light.Get(t.Context(), fmt.Sprint(i), func() (int, bool) { return i, true })
	}
	light.Get(t.Context(), "heavy", func() (int, bool) { return 11, true })
	if light.heavy != 0 || known(light, "heavy") {
		t.Errorf("what is heavier than all may be leaves %d", light.heavy)
	}
}
