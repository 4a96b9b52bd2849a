"""The rooms of the compiler: how an analyst's BPMN becomes the normal form that `engine.definition.build` is given.

The normal form is BPMN 2.0 as far as BPMN goes, and elements of `urn:planipref:bpmn:1` under
`bpmn:extensionElements` for the rest. In it:

* every element has an id, unique in its process; sequence flows tell who follows whom, `incoming` and
  `outgoing` are gone; sequence flows that had none are named after their ends;
* activities and events have one outgoing flow at most; conditions stand only on flows that leave exclusive and
  inclusive gateways, as bare FEEL (no `=`, no `${}`); the `default` attribute of those gateways is kept;
* whatever has no outgoing flow is an end event, except compensation handlers, compensation boundary events and
  event sub-processes, and activities inside an ad hoc sub-process;
* link events are plain flows; data objects, stores, associations and `ioSpecification` are gone;
  `bpmn:association` is kept between a compensation boundary event and its handler only;
* a process or sub-process whose first nodes are not start events has one start event of ours before them; a process
  has one plain start event at most; message, timer, signal and conditional ones stand beside it and listen;
* `messageRef`, `signalRef`, `errorRef`, `escalationRef` are local ids of root elements that exist; no errorRef or
  escalationRef on a catching event means any; a receive task always has a `messageRef`;
* `timeDate`, `timeDuration`, `timeCycle` hold an ISO 8601 literal or `=FEEL`; `condition` and `completionCondition`
  hold bare FEEL;
* a multi-instance marker has `loopCardinality` (bare FEEL) or
  `<planipref:boucle collection="FEEL" element="name" resultat="list name" sortie="FEEL per item"/>`
  (each attribute optional but `collection` or cardinality) in its extensionElements; `completionCondition` sees
  nrOfInstances, nrOfActiveInstances, nrOfCompletedInstances, and each item loopCounter (from 0);
* a standard loop has `loopCondition` (bare FEEL), `testBefore`, `loopMaximum` (a number);
* any activity may carry `<planipref:variables><planipref:entree nom valeur/><planipref:sortie nom valeur/></…>`:
  entrees are evaluated outside into a scope of the activity's own, sorties inside it into the scope around it;
* a call activity's `<planipref:appel entrees="tout|rien" sorties="tout|rien">` says what flows besides the listed
  entree and sortie (default: `tout` where none is listed, `rien` where some are);
* `<planipref:neutre/>` on a service, send, script or business rule task or throwing event: it completes at once and
  does nothing (foreign models);
* `<planipref:decision ref resultat forme="singleEntry|singleResult|collectEntries|resultList"/>`: without `forme` the
  value as DMN gives it; a `ref` that ends in `#nommee` asks for the only answer of a table under its name;
* a user task without `<planipref:formulaire>` merges what it is completed with into the variables as it comes
  (an existing variable where it stands, a new one into the process instance's scope).
"""
