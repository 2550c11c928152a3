package checks

var internalChecks = []*Check{
	Unclassified,
}

var (
	Unclassified = &Check{"internal.unclassified", Failure, Operator,
		"Something failed in a way that mailcheck does not know.",
		"The evidence is the error as it came. Please report it, so that it gets a name.",
		"mailcheck"}
)
