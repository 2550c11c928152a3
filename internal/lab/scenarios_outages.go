package lab

var outages = []Scenario{}
